import { haproxy } from "../contestants/haproxy.ts";
import { monolake, monolakePipelining, monolakeTwoWorkers } from "../contestants/monolake.ts";
import { nginx, nginxLargeBuffers } from "../contestants/nginx.ts";
import { httpNpmProxies } from "../contestants/npm-proxies.ts";
import type { Suite } from "./suite.ts";

/** HTTP/1.1 requests: nginx is the yardstick. */
export const http: Suite = {
  id: "http",
  fileName: "http1",
  yardstick: nginx.id,
  contestants: (from) => [
    monolake(from),
    monolakePipelining(from),
    monolakeTwoWorkers(from),
    nginx,
    nginxLargeBuffers,
    haproxy,
    ...httpNpmProxies,
  ],
  cases: ({ bodies = [1024, 65_536], connections = [64, 1024] }) =>
    bodies.flatMap((bodyBytes) =>
      connections.map((count) => ({ protocol: "http" as const, bodyBytes, connections: count, depth: 1 })),
    ),
  versioned: {
    programs: { nginx: "nginx", HAProxy: "haproxy" },
    packages: ["fast-proxy", "undici", "@fastify/http-proxy", "fastify", "http-proxy"],
  },
  texts: {
    heading: "HTTP/1.1, one core",
    proxies: "HTTP/1.1 proxies",
    request: "request",
    yardstick: "nginx",
    counts: "the proxy and the load each had 90 % of its core",
    load: `Each proxy has one core. On another one a single thread that never sleeps is the clients and the upstream at once: every
connection sends its next request, with a head of about 330 bytes, as soon as the last one is answered. All proxies keep
their upstream connections, and none writes an access log. Status, length and every byte of all answers are checked, and
that they belong to their request.`,
  },
};
