import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import { http2Attacks } from "../http2-attacks.ts";
import { inOwnNetwork } from "../own-network.ts";
import type { SteadyResult } from "../programs/steady-load.ts";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure, holds } from "../row.ts";
import { startSteadyLoad } from "../steady-load.ts";

const attackMs = 10_000;
const quietMs = 10_000;
const lanes = 4;
/** An attack that has to end at once may take a second; one that only waits, a stalled write (10 s), the time to close (2 s) and a bit. */
const maxMs = 20_000;
const stallGoalMs = 15_000;
/** Larger than every window that is there. */
const largeBytes = 192 * 1024;

interface AttackResult {
  readonly connections: number;
  readonly longestMs: number;
  readonly sentBytes: number;
}

/**
 * Attacks with frames of HTTP/2 on four connections at a time, a new one for each that is closed, while others ask as usual
 * over HTTP/1.1: those must not notice, each attacking connection has to end soon, and memory stays bounded.
 */
export const http2AttacksRow = (): Promise<readonly Figure[]> =>
  inOwnNetwork("h2-attacks", async () => {
    const figures: Figure[] = [];
    for (const name of Object.keys(http2Attacks)) figures.push(...(await attack(name)));
    return figures;
  });

async function attack(name: string): Promise<readonly Figure[]> {
  await using upstream = await startUpstream();
  await using proxy = await startProxyProcess({
    servers: (port) => `${httpServer(port, [upstream.port])}
[[servers.web.routes]]
path = "/large"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstream.port}" } }]
`,
  });
  await loadFor(proxy, 3_000);
  const quiet = await loadFor(proxy, quietMs);
  const before = proxy.residentBytes();
  let highest = before;
  const memory = setInterval(() => {
    highest = Math.max(highest, proxy.residentBytes());
  }, 100);
  const stopLoad = startSteadyLoad({ port: proxy.port, connections: 16, intervalMs: 20 });
  await setTimeout(500);
  // As attackers have machines of their own: they must not take the processor from the proxy here.
  const words = [attackerProgram, proxy.port, name, lanes, attackMs, maxMs].map(String);
  await using attacking = await startProgram("nice", [
    "-n",
    "19",
    process.execPath,
    ...process.execArgv,
    ...words,
  ]);
  await attacking.exited;
  const { connections, longestMs, sentBytes } = JSON.parse(attacking.stdout) as AttackResult;
  const meanwhile = await stopLoad();
  clearInterval(memory);
  const growth = (highest - before) / 1024 / 1024;
  const megabytes = (sentBytes / 1e6).toFixed(1);
  process.stderr.write(
    `  ${name}: ${connections} connections sent ${megabytes} MB; quiet ${shown(quiet)}; attacked ${shown(meanwhile)}\n`,
  );
  const goalMs = http2Attacks[name]?.endsAtOnce === true ? 1_000 : stallGoalMs;
  return [
    holds(`${name}-attacked`, connections > 0, "attacked"),
    atMost(`${name}-longest-connection`, longestMs / 1000, goalMs / 1000, "s"),
    atMost(`${name}-failed-requests`, meanwhile.failed, 0),
    atMost(`${name}-p99-to-quiet`, meanwhile.p99Ms / quiet.p99Ms, 2, "x"),
    atMost(`${name}-rss-growth`, growth, 50, "MiB"),
  ];
}

const attackerProgram = fileURLToPath(new URL("../programs/http2-attacker.ts", import.meta.url));
const upstreamProgram = fileURLToPath(new URL("../programs/slow-upstream.ts", import.meta.url));

async function startUpstream(): Promise<AsyncDisposable & { readonly port: number }> {
  const program = await startProgram(process.execPath, [upstreamProgram, String(largeBytes)], {
    readyPattern: /\}/,
  });
  const { port } = JSON.parse(program.stdout) as { readonly port: number };
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

async function loadFor(proxy: ProxyProcess, durationMs: number): Promise<SteadyResult> {
  const stop = startSteadyLoad({ port: proxy.port, connections: 16, intervalMs: 20 });
  await setTimeout(durationMs);
  return stop();
}

const shown = ({ requests, failed, p50Ms, p99Ms }: SteadyResult): string =>
  `${requests} requests, ${failed} failed, p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)} ms`;
