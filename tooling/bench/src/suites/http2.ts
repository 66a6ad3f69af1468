import type { H2loadProtocol } from "../bench-case.ts";
import type { Contestant } from "../contestants/contestant.ts";
import { haproxyH2, haproxyH2c } from "../contestants/haproxy.ts";
import { monolakeHttp2 } from "../contestants/monolake.ts";
import { nginxH2, nginxH2c } from "../contestants/nginx.ts";
import { missingH2load, runH2load } from "../h2load.ts";
import type { Suite } from "./suite.ts";

const protocols: readonly H2loadProtocol[] = ["h2c", "h2"];

/** A contestant in the cases of one protocol: a port speaks cleartext or TLS. */
const forProtocol = (protocol: H2loadProtocol, contestant: Contestant): Contestant => ({
  ...contestant,
  takesPart: (benchCase) => benchCase.protocol === protocol && (contestant.takesPart?.(benchCase) ?? true),
});

/** HTTP/2 requests, in cleartext and over TLS: nginx is the yardstick. */
export const http2: Suite = {
  id: "http2",
  fileName: "http2",
  yardstick: nginxH2.id,
  missing: missingH2load,
  runLoad: runH2load,
  contestants: (from) => [
    ...[monolakeHttp2(false, false)(from), monolakeHttp2(false, true)(from), nginxH2c, haproxyH2c].map(
      (item) => forProtocol("h2c", item),
    ),
    ...[monolakeHttp2(true, false)(from), monolakeHttp2(true, true)(from), nginxH2, haproxyH2].map((item) =>
      forProtocol("h2", item),
    ),
  ],
  cases: ({ bodies = [1024], connections = [8], depths = [16] }) =>
    protocols.flatMap((protocol) =>
      bodies.flatMap((bodyBytes) =>
        connections.flatMap((count) =>
          depths.map((depth) => ({ protocol, bodyBytes, connections: count, depth })),
        ),
      ),
    ),
  versioned: { programs: { nginx: "nginx", HAProxy: "haproxy", h2load: "h2load" }, packages: [] },
  texts: {
    heading: "HTTP/2, one core",
    proxies: "HTTP/2 proxies",
    request: "request",
    yardstick: "nginx",
    counts: "the proxy had 90 % of its core, or half of it while the load could not do more",
    load: `Each proxy has one core. On another one h2load is the clients, and a second process the upstream, which is asked with
HTTP/1.1: every stream that is answered makes room for the next, with the same fields each time. All proxies keep their
upstream connections, none writes an access log, and none limits the requests of a connection, as h2load does not open
one again. It compares no bytes: what is checked is that no request failed, that all have a status of 2xx, and that as
many bytes of bodies came as belong to the answers. Latencies are of the answers in the measured time, from h2load's log of
them. Over TLS (1.3, AES-128-GCM, certificates with a P-256 key) all connections are open when the clock starts. The load
sleeps when it waits, so that how much of its core it had proves nothing. A proxy that is faster than the load shows only in the
processor time that a request takes it: where that is so, the ratio is of processor time, and marked.`,
  },
};
