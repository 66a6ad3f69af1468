import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, type RunningProgram, startProgram, temporaryFolder } from "@monolake/test-kit";
import { startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";
import { runThriftLoad } from "../thrift/load.ts";
import { thriftServer } from "../thrift/server-table.ts";

const durationMs = 30_000;
const everyMs = 3_000;
const clients = 32;
const program = fileURLToPath(new URL("../thrift/upstream-program.ts", import.meta.url));

/**
 * One of two upstreams is killed (SIGKILL) every 3 s and started again. Each call has an argument of its own, and upstreams write down
 * what they execute: none may be there twice, and only calls that were under way may fail.
 */
export async function thriftKilledUpstream(): Promise<readonly Figure[]> {
  return [
    ...(await killsWith("thrift-killed-upstream", "")),
    ...(await killsWith("thrift-killed-upstream-multiplexed", "multiplex = 2")),
  ];
}

async function killsWith(name: string, route: string): Promise<readonly Figure[]> {
  await using folder = await temporaryFolder();
  const file = folder.file("calls");
  const ports = [await freePort(), await freePort()];
  const start = (port: number): Promise<RunningProgram> =>
    startProgram(process.execPath, ["--conditions=@monolake/source", program, String(port), file], {
      readyPattern: /ready/,
    });
  const upstreams = await Promise.all(ports.map(start));
  await using proxy = await startProxyProcess({ servers: (port) => thriftServer(port, ports, { route }) });
  const ending = new AbortController();
  const killing = (async () => {
    let kills = 0;
    const startMs = performance.now();
    while (!ending.signal.aborted) {
      const restMs = startMs + (kills + 1) * everyMs - performance.now();
      await setTimeout(restMs, undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) break;
      const index = kills % 2;
      kills += 1;
      upstreams[index]?.kill("SIGKILL");
      await upstreams[index]?.exited;
      await setTimeout(500);
      upstreams[index] = await start(ports[index] as number);
    }
    return kills;
  })();
  const load = await runThriftLoad({ port: proxy.port, durationMs, clients });
  ending.abort();
  const kills = await killing;
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  const executed = (await readFile(file, "utf8")).trimEnd().split("\n");
  const inFlight = [...load.failures].filter(([failure]) => failure.includes("ERR_THRIFT_UPSTREAM_CLOSED"));
  const failedInFlight = inFlight.reduce((sum, [, count]) => sum + count, 0);
  return [
    atLeast(`${name}-kills`, kills, Math.floor(durationMs / everyMs) - 2),
    atLeast(`${name}-calls`, load.requests, 10_000),
    atMost(`${name}-executed-twice`, executed.length - new Set(executed).size, 0),
    atMost(`${name}-failed-in-flight`, failedInFlight, kills * clients),
    atMost(`${name}-failed-otherwise`, load.failed - failedInFlight, 0),
  ];
}
