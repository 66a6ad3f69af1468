import { freePort, startProgram } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const rounds = 5;
const roundMs = 4_000;
const clients = 64;
/** One answer in so many is late. */
const lateEvery = 100;

const upstreamProgram = `require("node:http").createServer((request, response) => {
  const answer = () => response.end(request.url + " " + "x".repeat(1000));
  if (request.url.startsWith("/late")) setTimeout(answer, 200); else answer();
}).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("ready"))`;

interface Round {
  readonly requests: number;
  readonly failed: number;
  /** Of the requests whose answers are not late. */
  readonly p99Ms: number;
}

/**
 * One answer in a hundred takes 200 ms: what the others have of it when requests share connections, in relation to connections
 * of their own. Both take turns.
 */
export async function lateAnswers(): Promise<readonly Figure[]> {
  const upstreamPort = await freePort();
  await using _upstream = await startProgram(
    process.execPath,
    ["-e", upstreamProgram, String(upstreamPort)],
    {
      readyPattern: /ready/,
    },
  );
  await using alone = await startProxyProcess({
    workers: 1,
    servers: (port) => httpServer(port, [upstreamPort]),
  });
  await using shared = await startProxyProcess({
    workers: 1,
    servers: (port) => httpServer(port, [upstreamPort], "", ", pipelining = 32"),
  });
  await runRound(alone.port);
  await runRound(shared.port);
  const ratios: number[] = [];
  let requests = 0;
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const without = await runRound(alone.port);
    const withIt = await runRound(shared.port);
    process.stderr.write(`  p99 ${withIt.p99Ms.toFixed(2)} ms, without ${without.p99Ms.toFixed(2)} ms\n`);
    ratios.push(withIt.p99Ms / without.p99Ms);
    requests += without.requests + withIt.requests;
    failed += without.failed + withIt.failed;
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number;
  return [
    atLeast("pipelining-late-answers-requests", requests, 10_000),
    atMost("pipelining-late-answers-failed", failed, 0),
    atMost("pipelining-late-answers-p99-of-others-ratio", median, 1.2),
  ];
}

async function runRound(port: number): Promise<Round> {
  let count = 0;
  const latencies: number[] = [];
  const { requests, failed } = await runLoad({
    port,
    durationMs: roundMs,
    keepAlive: clients,
    path: () => `/${++count % lateEvery === 0 ? "late" : "soon"}/${count}`,
    expect: (body, path) => body.startsWith(`${path} `),
    onLatency: (path, latencyMs) => {
      if (path.startsWith("/soon")) latencies.push(latencyMs);
    },
  });
  latencies.sort((a, b) => a - b);
  return { requests, failed, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN };
}
