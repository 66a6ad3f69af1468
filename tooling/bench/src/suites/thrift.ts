import type { BenchCase } from "../bench-case.ts";
import { haproxyTcp } from "../contestants/haproxy.ts";
import { monolakeThrift, monolakeThriftMultiplexed } from "../contestants/monolake.ts";
import { npmThriftProxy } from "../contestants/npm-proxies.ts";
import type { CaseChoice, Suite } from "./suite.ts";

const protocols = ["framed", "ttheader"] as const;

const cases = ({
  bodies = [128, 4096],
  connections = [64],
  depths = [1, 16],
}: CaseChoice): readonly BenchCase[] =>
  protocols.flatMap((protocol) =>
    bodies.flatMap((bodyBytes) =>
      connections.flatMap((count) =>
        depths.map((depth) => ({ protocol, bodyBytes, connections: count, depth })),
      ),
    ),
  );

/** Thrift calls: HAProxy that forwards bytes and reads no message is the yardstick. */
export const thrift: Suite = {
  id: "thrift",
  fileName: "thrift",
  yardstick: haproxyTcp.id,
  contestants: (from) => [monolakeThrift(from), monolakeThriftMultiplexed(from), haproxyTcp, npmThriftProxy],
  cases,
  versioned: { programs: { HAProxy: "haproxy" }, packages: ["thrift"] },
  texts: {
    heading: "Thrift, one core",
    proxies: "Thrift proxies",
    request: "call",
    yardstick: "HAProxy in TCP mode",
    counts: "the proxy and the load each had 90 % of its core",
    load: `Each proxy has one core. On another one a single thread that never sleeps is the clients and the upstream at once: every
connection makes its next call as soon as an earlier one is answered, with one call in flight, or with 16. A call has one
string of the given size, and so has its answer; TTHeader adds what Kitex sends beside them. Sequence id, length and every
byte of all calls and answers are checked. In TCP mode HAProxy forwards bytes, one connection to the upstream for each of
a client: the least that a proxy can do. Monolake reads every message; without asking, it handles the calls of a client one
after another, each alone on an upstream connection. Multiplexed, the calls of all clients share two, where they have
sequence ids of the proxy's own, and those of one client are handled together.`,
  },
};
