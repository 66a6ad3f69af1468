import { setTimeout } from "node:timers/promises";
import { hasProgram, startProgram } from "@monolake/test-kit";
import {
  attackedServer,
  loadFor,
  shownLoad,
  startLargeUpstream,
  startUsualLoad,
  watchGrowth,
} from "../attacked-proxy.ts";
import { watchConnections } from "../open-connections.ts";
import { inOwnNetwork } from "../own-network.ts";
import { startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const attackers = 5_000;
const quietMs = 15_000;
/** After the last attacker came, and at most altogether. */
const afterLastMs = 13_000;
const attackSeconds = 60;
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
  await using usual = await startLargeUpstream();
  await using attacked = await startLargeUpstream(["nice", "-n", "19"]);
  await using proxy = await startProxyProcess({
    servers: (port) => attackedServer(port, usual.port, attacked.port),
  });
  await loadFor(proxy, 5_000);
  const quiet = await loadFor(proxy, quietMs);
  const stopWatching = watchGrowth(proxy);
  const stopLoad = startUsualLoad(proxy);
  await setTimeout(1_500);
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
  attacking.kill("SIGTERM");
  const growth = stopWatching();
  process.stderr.write(`  ${name}: quiet ${shownLoad(quiet)}; attacked ${shownLoad(meanwhile)}\n`);
  return [
    atLeast(`${name}-attackers`, count, attackers * 0.98),
    atMost(`${name}-attackers-left`, open, 0),
    atMost(`${name}-longest`, longestMs / 1000, 12, "s"),
    atMost(`${name}-failed-requests`, meanwhile.failed, 0),
    atMost(`${name}-p99-to-quiet`, meanwhile.p99Ms / quiet.p99Ms, 1.5, "x"),
    atMost(`${name}-rss-growth`, growth, 150, "MiB"),
  ];
}
