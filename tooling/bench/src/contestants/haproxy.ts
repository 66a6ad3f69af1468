import { createCertificate, findProgram } from "@monolake/test-kit";
import type { Contestant, Place } from "./contestant.ts";

/** One thread. It gives idle connections up when they are a fifth of all it may open, unless told otherwise. */
const configText = ({ listenPort, upstreamPort }: Place, mode: string, bindOptions: string): string => `global
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
  bind 127.0.0.1:${listenPort}${bindOptions} backlog 4096
  default_backend bench

backend bench
  server upstream 127.0.0.1:${upstreamPort}
`;

const haproxyWith = (
  mode: string,
  rest: Pick<Contestant, "id" | "title">,
  bindOptions: (place: Place) => string | Promise<string> = () => "",
): Contestant => ({
  ...rest,
  kind: "native",
  needs: { program: "haproxy", debianPackage: "haproxy" },
  async prepare(place) {
    const config = await place.write("haproxy.cfg", configText(place, mode, await bindOptions(place)));
    return [findProgram("haproxy") ?? "haproxy", "-db", "-f", config];
  },
});

const httpMode = "mode http\n  http-reuse always";
const names = { id: "haproxy", title: "HAProxy" };

/** HAProxy on one thread. */
export const haproxy: Contestant = haproxyWith(httpMode, names);

/** HTTP/2 in cleartext. */
export const haproxyH2c: Contestant = haproxyWith(httpMode, names, () => " proto h2");

/** HTTP/2 over TLS. */
export const haproxyH2: Contestant = haproxyWith(httpMode, names, async ({ write }) => {
  const { certificate, key } = createCertificate({ names: ["localhost"] });
  return ` ssl crt ${await write("haproxy.pem", `${certificate}\n${key}`)} alpn h2`;
});

/** HAProxy that forwards bytes and asks nothing of them: the least that a proxy can do. */
export const haproxyTcp: Contestant = haproxyWith("mode tcp", {
  id: "haproxy-tcp",
  title: "HAProxy, TCP mode",
});
