import { monolakeHttps } from "../contestants/monolake.ts";
import { nginxHttps } from "../contestants/nginx.ts";
import { missingTls } from "../load-program.ts";
import type { Suite } from "./suite.ts";

/** HTTP/1.1 over TLS: nginx is the yardstick. */
export const https: Suite = {
  id: "https",
  fileName: "https",
  yardstick: nginxHttps.id,
  missing: missingTls,
  contestants: (from) => [monolakeHttps(from), nginxHttps],
  cases: ({ bodies = [1024, 65_536], connections = [64, 1024] }) =>
    bodies.flatMap((bodyBytes) =>
      connections.map((count) => ({ protocol: "https" as const, bodyBytes, connections: count, depth: 1 })),
    ),
  versioned: { programs: { nginx: "nginx" }, packages: [] },
  texts: {
    heading: "HTTP/1.1 over TLS, one core",
    proxies: "HTTP/1.1 proxies over TLS",
    request: "request",
    yardstick: "nginx",
    counts: "the proxy and the load each had 90 % of its core",
    load: `As for HTTP/1.1 in clear, but that clients come with TLS 1.3 (AES-128-GCM, certificates with a P-256 key) and keep their
connections; upstreams are asked in clear. Handshakes are not measured: all connections are open when the clock starts.`,
  },
};
