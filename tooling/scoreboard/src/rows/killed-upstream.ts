import { setTimeout } from "node:timers/promises";
import { freePort, type RunningProgram, startProgram } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const durationMs = 60_000;
const everyMs = 3_000;

/** One of two upstreams is killed (SIGKILL) every 3 s and started again: what GET sees of it. */
export const killedUpstream = (): Promise<readonly Figure[]> => killUpstreams("killed-upstream", "");

/** The same with requests that share connections: each must have its own answer. */
export const killedUpstreamOfMany = (): Promise<readonly Figure[]> =>
  killUpstreams("pipelining-killed-upstream", ", pipelining = 32");

async function killUpstreams(name: string, perUpstream: string): Promise<readonly Figure[]> {
  const ports = [await freePort(), await freePort()];
  const upstreams = await Promise.all(ports.map(startUpstream));
  await using proxy = await startProxyProcess({
    servers: (port) => httpServer(port, ports, "", perUpstream),
  });
  const ending = new AbortController();
  const killing = killInTurn(upstreams, ports, ending.signal);
  let count = 0;
  const load = await runLoad({
    port: proxy.port,
    durationMs,
    keepAlive: 32,
    newConnections: 4,
    path: () => `/${count++}`,
    expect: (body, path) => body.startsWith(`${path} `),
  });
  ending.abort();
  const kills = await killing;
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
  for (const [failure, count] of load.failures) process.stderr.write(`  ${count} x ${failure}\n`);
  return [
    atLeast(`${name}-kills`, kills, Math.floor(durationMs / everyMs) - 2),
    atLeast(`${name}-requests`, load.requests, 10_000),
    atMost(`${name}-failed-gets`, load.failed, 0),
  ];
}

const upstreamProgram = `require("node:http").createServer((request, response) => response.end(request.url + " " + "x".repeat(1000)))
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("ready"))`;

const startUpstream = (port: number): Promise<RunningProgram> =>
  startProgram(process.execPath, ["-e", upstreamProgram, String(port)], { readyPattern: /ready/ });

async function killInTurn(
  upstreams: RunningProgram[],
  ports: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  let kills = 0;
  const startMs = performance.now();
  while (!signal.aborted) {
    const restMs = startMs + (kills + 1) * everyMs - performance.now();
    await setTimeout(restMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const index = kills % 2;
    kills += 1;
    upstreams[index]?.kill("SIGKILL");
    await upstreams[index]?.exited;
    await setTimeout(500);
    upstreams[index] = await startUpstream(ports[index] as number);
  }
  return kills;
}
