import { findProgram } from "@monolake/test-kit";
import type { Contestant, Place } from "./contestant.ts";

/** One thread. It gives idle connections up when they are a fifth of all it may open, unless told otherwise. */
const configText = ({ listenPort, upstreamPort }: Place, mode: string): string => `global
  nbthread 1
  maxconn 4096
  tune.pool-low-fd-ratio 90
  tune.pool-high-fd-ratio 95

defaults
  ${mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s

frontend bench
  bind 127.0.0.1:${listenPort} backlog 4096
  default_backend bench

backend bench
  server upstream 127.0.0.1:${upstreamPort}
`;

const haproxyWith = (mode: string, rest: Pick<Contestant, "id" | "title">): Contestant => ({
  ...rest,
  kind: "native",
  needs: { program: "haproxy", debianPackage: "haproxy" },
  async prepare(place) {
    const config = await place.write("haproxy.cfg", configText(place, mode));
    return [findProgram("haproxy") ?? "haproxy", "-db", "-f", config];
  },
});

/** HAProxy on one thread. */
export const haproxy: Contestant = haproxyWith("mode http\n  http-reuse always", {
  id: "haproxy",
  title: "HAProxy",
});

/** HAProxy that forwards bytes and asks nothing of them: the least that a proxy can do. */
export const haproxyTcp: Contestant = haproxyWith("mode tcp", {
  id: "haproxy-tcp",
  title: "HAProxy, TCP mode",
});
