import { readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { startHttpUpstream } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const durationMs = 60_000;
const everyMs = 200;
const reloadsAfterwards = 1_000;
const settleMs = 2_000;

/**
 * A reload every 200 ms for 60 s, alternating two sets of routes, every tenth file invalid, under 64 clients that keep their
 * connection and 16 that open new ones; then 1,000 reloads more, after which nothing is left of them.
 */
export async function reloads(): Promise<readonly Figure[]> {
  await using upstream = await startHttpUpstream((_request, response) => response.end("x".repeat(1000)));
  await using proxy = await startProxyProcess({
    servers: (port) => reloadedConfigurations(port, upstream.port)[0],
  });
  const routeSets = reloadedConfigurations(proxy.port, upstream.port);
  await runLoad({ port: proxy.port, durationMs: 3_000, keepAlive: 64, newConnections: 16 });
  const steady = await runLoad({ port: proxy.port, durationMs: 10_000, keepAlive: 64, newConnections: 16 });
  const connectionsBefore = upstream.connections;
  const ending = new AbortController();
  const reloading = reloadEvery(proxy, routeSets, ending.signal);
  const load = await runLoad({ port: proxy.port, durationMs, keepAlive: 64, newConnections: 16 });
  ending.abort();
  const files = await reloading;
  const connectionsAfter = upstream.connections;
  const appliedUnderLoad = applied(proxy);
  process.stderr.write(`  p99 ${load.p99Ms.toFixed(1)} ms, steady ${steady.p99Ms.toFixed(1)} ms\n`);
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  // The clients' connections are gone a moment after the clients are.
  await setTimeout(settleMs);
  const descriptorsBefore = descriptors(proxy);
  const residentBefore = proxy.residentBytes();
  await reloadMany(proxy, routeSets, reloadsAfterwards);
  return [
    atLeast("reloads-files-written", files, (durationMs / everyMs) * 0.9),
    atLeast("reloads-applied-under-load", appliedUnderLoad, 200),
    atLeast("reloads-requests", load.requests, 20_000),
    atMost("reloads-failed-requests", load.failed, 0),
    atMost("reloads-p99-beside-steady", load.p99Ms / steady.p99Ms, 2),
    atMost("reloads-upstream-connections-opened", connectionsAfter - connectionsBefore, 80),
    atMost("reloads-descriptors-left-by-1000", descriptors(proxy) - descriptorsBefore, 0),
    atMost("reloads-rss-growth-by-1000", (proxy.residentBytes() - residentBefore) / 1024 / 1024, 32, "MiB"),
  ];
}

/** Two configurations of one server: the second has one more route. */
export const reloadedConfigurations = (port: number, upstreamPort: number): readonly [string, string] => [
  httpServer(port, [upstreamPort]),
  httpServer(port, [upstreamPort]) +
    `[[servers.web.routes]]\npath = "/more"\nupstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" } }]\n`,
];

const invalid = "[servers.web]\nproxy_type = 1\n";

async function reloadEvery(
  proxy: ProxyProcess,
  routeSets: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let files = 0;
  const startMs = performance.now();
  for (; !signal.aborted; files += 1) {
    await proxy.configure(files % 10 === 9 ? invalid : (routeSets[(files + 1) % 2] as string));
    const restMs = startMs + (files + 1) * everyMs - performance.now();
    await setTimeout(Math.max(restMs, 0), undefined, { signal }).catch(() => {});
  }
  await proxy.configure(routeSets[0] as string);
  return files;
}

/** Reloads as fast as they are applied. */
export async function reloadMany(
  proxy: ProxyProcess,
  routeSets: readonly string[],
  reloadCount: number,
): Promise<void> {
  const before = applied(proxy);
  for (let count = 0; count < reloadCount; count += 1) {
    await proxy.configure(routeSets[(count + 1) % 2] as string);
    while (applied(proxy) <= before + count) await setTimeout(5);
  }
}

/** How many reloads the log says were applied. */
const applied = (proxy: ProxyProcess): number =>
  proxy.program.stdout.split('"msg":"configuration applied"').length - 1;

/** Open file descriptors: sockets, timers' and watchers' handles among them. */
const descriptors = (proxy: ProxyProcess): number => readdirSync(`/proc/${proxy.program.pid}/fd`).length;
