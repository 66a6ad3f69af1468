import { eventually, startHttpUpstream } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure } from "../row.ts";
import { reloadedConfigurations, reloadMany } from "./reloads.ts";

const workers = 2;
const settleTries = 40;
const preload = new URL("../programs/resource-counts.ts", import.meta.url).href;

/** What 1,000 reloads leave behind in the threads of the proxy: timers, watchers, sockets and other handles. */
export async function timersAfterReloads(): Promise<readonly Figure[]> {
  await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
  await using proxy = await startProxyProcess({
    servers: (port) => reloadedConfigurations(port, upstream.port)[0],
    workers,
    nodeArguments: ["--import", preload],
  });
  const configurations = reloadedConfigurations(proxy.port, upstream.port);
  const settled = async () => {
    await runLoad({ port: proxy.port, durationMs: 1_000, keepAlive: 8, newConnections: 4 });
    await eventually(() => upstream.openConnections > 0);
    return countResources(proxy);
  };
  // The first reloads make what all of them share.
  await reloadMany(proxy, configurations, 20);
  const before = await settled();
  await reloadMany(proxy, configurations, 1_000);
  // What the last reload retires may have a time of its own to end.
  const total = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + count, 0);
  let after = await settled();
  for (let tries = 0; tries < settleTries && total(after) > total(before); tries += 1)
    after = await settled();
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const name of names)
    process.stderr.write(`  ${name}: ${before.get(name) ?? 0} before, ${after.get(name) ?? 0} after\n`);
  const left = (kinds: RegExp) =>
    names
      .filter((name) => kinds.test(name))
      .reduce((sum, name) => sum + Math.max(0, (after.get(name) ?? 0) - (before.get(name) ?? 0)), 0);
  return [
    atMost("timers-after-reloads-timers-left", left(/^(Timeout|Immediate)$/), 0),
    atMost("timers-after-reloads-watchers-left", left(/^FS/), 0),
    // Connections to upstreams come and go with the load.
    atMost("timers-after-reloads-handles-left", left(/^(?!Timeout|Immediate|FS|TCPSocketWrap|TCPWRAP)/), 0),
  ];
}

/** What is active in all threads of the proxy, by kind. */
async function countResources(proxy: ProxyProcess): Promise<ReadonlyMap<string, number>> {
  const earlier = proxy.program.stderr.length;
  const told = () => [...proxy.program.stderr.slice(earlier).matchAll(/^resources (.*)$/gm)];
  proxy.program.kill("SIGURG");
  await eventually(() => told().length === workers + 1);
  const counts = new Map<string, number>();
  for (const [, json = "{}"] of told()) {
    const { counts: of } = JSON.parse(json) as { readonly counts: Readonly<Record<string, number>> };
    for (const [name, count] of Object.entries(of)) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return counts;
}
