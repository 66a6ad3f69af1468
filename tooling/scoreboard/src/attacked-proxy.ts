import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import type { SteadyResult } from "./programs/steady-load.ts";
import { httpServer, type ProxyProcess } from "./proxy-process.ts";
import { startSteadyLoad } from "./steady-load.ts";

/** Larger than what a kernel takes for a reader with a small window, and than every window of HTTP/2. */
const largeBytes = 192 * 1024;

const upstreamProgram = fileURLToPath(new URL("./programs/slow-upstream.ts", import.meta.url));

/** An upstream with large answers in a process of its own; `before` stands in front of the command, for instance `nice`. */
export async function startLargeUpstream(
  before: readonly string[] = [],
): Promise<AsyncDisposable & { readonly port: number }> {
  const [name, ...more] = [...before, process.execPath, upstreamProgram, String(largeBytes)];
  const program = await startProgram(name as string, more, { readyPattern: /\}/ });
  const { port } = JSON.parse(program.stdout) as { readonly port: number };
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** A server for usual requests, and `/large` for those of attackers. */
export const attackedServer = (port: number, usualPort: number, largePort: number): string =>
  `${httpServer(port, [usualPort])}
[[servers.web.routes]]
path = "/large"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${largePort}" } }]
`;

/** Requests as usual, until what it gives is called. */
export const startUsualLoad = (proxy: ProxyProcess): (() => Promise<SteadyResult>) =>
  startSteadyLoad({ port: proxy.port, connections: 16, intervalMs: 20 });

/** Requests as usual, for so long. */
export async function loadFor(proxy: ProxyProcess, durationMs: number): Promise<SteadyResult> {
  const stop = startUsualLoad(proxy);
  await setTimeout(durationMs);
  return stop();
}

/** Watches the memory of a proxy; what it gives stops that, and tells by how many mebibytes it has grown at most. */
export function watchGrowth(proxy: ProxyProcess): () => number {
  const before = proxy.residentBytes();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, proxy.residentBytes());
  }, 100);
  return () => {
    clearInterval(timer);
    return (highest - before) / 1024 / 1024;
  };
}

/** A line about requests. */
export const shownLoad = ({ requests, failed, p50Ms, p99Ms, maxMs }: SteadyResult): string =>
  `${requests} requests, ${failed} failed, p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)}, max ${maxMs.toFixed(1)} ms`;
