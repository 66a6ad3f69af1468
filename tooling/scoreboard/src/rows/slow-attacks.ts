import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasProgram, startProgram } from "@monolake/test-kit";
import { watchConnections } from "../open-connections.ts";
import { inOwnNetwork } from "../own-network.ts";
import type { SteadyResult } from "../programs/steady-load.ts";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";
import { startSteadyLoad } from "../steady-load.ts";

const attackers = 5_000;
const quietMs = 15_000;
/** After the last attacker came, and at most altogether. */
const afterLastMs = 13_000;
const attackSeconds = 60;
/** Larger than what the kernel takes for a reader with a small window. */
const largeBytes = 192 * 1024;

/** What slowhttptest is told for each kind. */
const attacks = {
  "slow-heads": ["-H", "-t", "GET", "-i", "2", "-x", "24"],
  "slow-bodies": ["-B", "-t", "POST", "-i", "2", "-x", "10", "-s", "100000"],
  "slow-readers": ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32"],
} as const;

/**
 * 5,000 clients that send a head, a body, or take an answer as slowly as they can, of each kind in turn, while others ask as
 * usual: those must not notice, the slow ones have to be gone soon, and memory stays bounded.
 */
export async function slowAttacks(): Promise<readonly Figure[]> {
  if (!hasProgram("slowhttptest")) throw new Error("needs slowhttptest (a Debian package)");
  return inOwnNetwork("slow-attacks", async () => {
    const figures: Figure[] = [];
    for (const name of Object.keys(attacks) as (keyof typeof attacks)[])
      figures.push(...(await attack(name)));
    return figures;
  });
}

async function attack(name: keyof typeof attacks): Promise<readonly Figure[]> {
  await using usual = await startUpstream();
  await using attacked = await startUpstream(["nice", "-n", "19"]);
  await using proxy = await startProxyProcess({
    servers: (port) => `${httpServer(port, [usual.port])}
[[servers.web.routes]]
path = "/large"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${attacked.port}" } }]
`,
  });
  await loadFor(proxy, 5_000);
  const quiet = await loadFor(proxy, quietMs);
  const before = proxy.residentBytes();
  let highest = before;
  const memory = setInterval(() => {
    highest = Math.max(highest, proxy.residentBytes());
  }, 200);
  const stopLoad = startSteadyLoad({ port: proxy.port, connections: 16, intervalMs: 20 });
  await setTimeout(500);
  const connections = watchConnections({ localPort: proxy.port, remoteHost: "127.0.0.1" });
  // As attackers and their upstream have machines of their own: they must not take the processor from the proxy here.
  await using attacking = await startProgram("nice", [
    ...["-n", "19", "slowhttptest", ...attacks[name]],
    ...["-c", String(attackers), "-r", "500", "-l", String(attackSeconds), "-p", "3"],
    ...["-u", `${proxy.origin}/large`],
  ]);
  await connections.quietFor(afterLastMs, attackSeconds * 1000);
  const { count, longestMs, open } = connections.stop();
  const meanwhile = await stopLoad();
  clearInterval(memory);
  attacking.kill("SIGTERM");
  const growth = (highest - before) / 1024 / 1024;
  process.stderr.write(`  ${name}: quiet ${shown(quiet)}; attacked ${shown(meanwhile)}\n`);
  return [
    atLeast(`${name}-attackers`, count, attackers * 0.98),
    atMost(`${name}-attackers-left`, open, 0),
    atMost(`${name}-longest`, longestMs / 1000, 12, "s"),
    atMost(`${name}-failed-requests`, meanwhile.failed, 0),
    atMost(`${name}-p99-to-quiet`, meanwhile.p99Ms / quiet.p99Ms, 1.5, "x"),
    atMost(`${name}-rss-growth`, growth, 150, "MiB"),
  ];
}

const upstreamProgram = fileURLToPath(new URL("../programs/slow-upstream.ts", import.meta.url));

async function startUpstream(
  before: readonly string[] = [],
): Promise<AsyncDisposable & { readonly port: number }> {
  const [name, ...more] = [...before, process.execPath, upstreamProgram, String(largeBytes)];
  const program = await startProgram(name as string, more, { readyPattern: /\}/ });
  const { port } = JSON.parse(program.stdout) as { readonly port: number };
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

async function loadFor(proxy: ProxyProcess, durationMs: number): Promise<SteadyResult> {
  const stop = startSteadyLoad({ port: proxy.port, connections: 16, intervalMs: 20 });
  await setTimeout(durationMs);
  return stop();
}

const shown = ({ requests, failed, p50Ms, p99Ms, maxMs }: SteadyResult): string =>
  `${requests} requests, ${failed} failed, p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)}, max ${maxMs.toFixed(1)} ms`;
