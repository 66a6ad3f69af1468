import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import {
  attackedServer,
  loadFor,
  shownLoad,
  startLargeUpstream,
  startUsualLoad,
  watchGrowth,
} from "../attacked-proxy.ts";
import { http2Attacks } from "../http2-attacks.ts";
import { inOwnNetwork } from "../own-network.ts";
import { startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure, holds } from "../row.ts";

const warmUpMs = 2_000;
const attackMs = 5_000;
const quietMs = 5_000;
const lanes = 4;
/** An attack that has to end at once may take a second; one that only waits, a stalled write (10 s), the time to close (2 s) and a bit. */
const maxMs = 20_000;
const stallGoalMs = 15_000;
interface AttackResult {
  readonly connections: number;
  readonly longestMs: number;
  readonly sentBytes: number;
}

/**
 * Attacks with frames of HTTP/2 on four connections at a time, a new one for each that is closed, while others ask as usual
 * over HTTP/1.1: those must not notice, each attacking connection has to end soon, and memory stays bounded. `part` is one of them.
 */
export const http2AttacksRow = async (part?: string): Promise<readonly Figure[]> => {
  if (part !== undefined && !Object.hasOwn(http2Attacks, part))
    throw new Error(`unknown attack ${part}; there are: ${Object.keys(http2Attacks).join(", ")}`);
  return inOwnNetwork(part === undefined ? "h2-attacks" : `h2-attacks:${part}`, async () => {
    const figures: Figure[] = [];
    for (const name of part === undefined ? Object.keys(http2Attacks) : [part])
      figures.push(...(await attack(name)));
    return figures;
  });
};

async function attack(name: string): Promise<readonly Figure[]> {
  process.stderr.write(`  ${name} …\n`);
  await using upstream = await startLargeUpstream();
  await using proxy = await startProxyProcess({
    servers: (port) => attackedServer(port, upstream.port, upstream.port),
  });
  await loadFor(proxy, warmUpMs);
  const quiet = await loadFor(proxy, quietMs);
  const stopWatching = watchGrowth(proxy);
  const stopLoad = startUsualLoad(proxy);
  await setTimeout(1_500);
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
  const growth = stopWatching();
  const megabytes = (sentBytes / 1e6).toFixed(1);
  process.stderr.write(
    `  ${name}: ${connections} connections sent ${megabytes} MB; quiet ${shownLoad(quiet)}; attacked ${shownLoad(meanwhile)}\n`,
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
