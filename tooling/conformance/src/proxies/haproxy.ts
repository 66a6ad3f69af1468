import { startHaproxyOn } from "@monolake/test-kit";
import type { LanePorts, ProxyKind } from "./proxy.ts";

const lane = ({ listenPort, upstreamPort }: LanePorts): string => `
frontend lane${listenPort}
  bind 127.0.0.1:${listenPort}
  default_backend lane${upstreamPort}

backend lane${upstreamPort}
  server upstream 127.0.0.1:${upstreamPort}
`;

const configText = (ports: readonly LanePorts[]): string => `global
  nbthread 1
  maxconn 1000

defaults
  mode http
  option forwardfor
  timeout http-request 1s
  timeout http-keep-alive 60s
  timeout client 2s
  timeout connect 2s
  timeout server 2s
  http-reuse always
${ports.map(lane).join("")}`;

/** HAProxy as Debian ships it. */
export const haproxy: ProxyKind = {
  id: "haproxy",
  title: "HAProxy",
  needs: { program: "haproxy", debianPackage: "haproxy" },
  start: (ports) =>
    startHaproxyOn(
      ports.map(({ listenPort }) => listenPort),
      configText(ports),
    ),
};
