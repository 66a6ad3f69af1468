import { setTimeout } from "node:timers/promises";
import { startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";
import { runThriftLoad } from "../thrift/load.ts";
import { thriftServer } from "../thrift/server-table.ts";
import { startThriftUpstream } from "../thrift/upstream.ts";

const durationMs = 30_000;
const everyMs = 200;
const clients = 64;
const newConnections = 8;

/**
 * A reload of a Thrift server every 200 ms for 30 s under 64 clients that keep their connection and 8 that open new ones: once with a
 * connection for each call to the upstream, once with shared ones.
 */
export async function thriftReloads(): Promise<readonly Figure[]> {
  return [
    ...(await reloadsWith("thrift-reloads", "", clients + newConnections)),
    ...(await reloadsWith("thrift-reloads-multiplexed", "multiplex = 2", 16)),
  ];
}

async function reloadsWith(name: string, route: string, maxOpened: number): Promise<readonly Figure[]> {
  await using upstream = await startThriftUpstream({ pipelining: "unordered" });
  const table = (port: number, caller: string) =>
    thriftServer(port, [upstream.port], { route }) +
    `[[servers.rpc.routes]]\nmatch = { caller = "${caller}" }\nupstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } }]\n`;
  await using proxy = await startProxyProcess({ servers: (port) => table(port, "nobody") });
  await runThriftLoad({ port: proxy.port, durationMs: 2_000, clients, newConnections });
  const connectionsBefore = upstream.connections;
  const ending = new AbortController();
  const reloading = (async () => {
    let files = 0;
    const startMs = performance.now();
    for (; !ending.signal.aborted; files += 1) {
      await proxy.configure(table(proxy.port, `caller${files}`));
      const restMs = startMs + (files + 1) * everyMs - performance.now();
      await setTimeout(Math.max(restMs, 0), undefined, { signal: ending.signal }).catch(() => {});
    }
    return files;
  })();
  const load = await runThriftLoad({ port: proxy.port, durationMs, clients, newConnections });
  ending.abort();
  const files = await reloading;
  const applied = proxy.program.stdout.split('"msg":"configuration applied"').length - 1;
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  return [
    atLeast(`${name}-files-written`, files, (durationMs / everyMs) * 0.9),
    atLeast(`${name}-applied-under-load`, applied, (durationMs / everyMs) * 0.6),
    atLeast(`${name}-calls`, load.requests, 20_000),
    atMost(`${name}-failed-calls`, load.failed, 0),
    atMost(`${name}-upstream-connections-opened`, upstream.connections - connectionsBefore, maxOpened),
  ];
}
