import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, hasProgram, startProgram } from "@monolake/test-kit";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const requests = 2_000_000;
const warmUpRequests = 1_000_000;
const errorShare = 0.01;
const roundSeconds = 5;
const upstreamProgram = fileURLToPath(new URL("../programs/slow-upstream.ts", import.meta.url));

/**
 * Memory over millions of requests, one in a hundred of them an error: a client that leaves in the middle, a malformed request, an
 * upstream that refuses, a path without a route.
 */
export async function steadyMemory(): Promise<readonly Figure[]> {
  if (!hasProgram("wrk")) throw new Error("needs wrk (a Debian package)");
  await using upstream = await startProgram(process.execPath, [upstreamProgram], { readyPattern: /\}/ });
  const { port: upstreamPort } = JSON.parse(upstream.stdout) as { readonly port: number };
  const dead = await freePort();
  await using proxy = await startProxyProcess({
    servers: (
      port,
    ) => `${httpServer(port, [upstreamPort]).replace('path = "/{*path}"', 'path = "/live/{*path}"')}
[[servers.web.routes]]
path = "/dead"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${dead}" } }]
`,
  });
  const warm = await ask(proxy, warmUpRequests);
  const measured = await ask(proxy, requests);
  const growth = growthPerMillion(measured);
  process.stderr.write(
    `  warm-up to ${Math.round(warm.samples.at(-1)?.mebibytes ?? 0)} MiB; ${measured.samples.map(({ mebibytes }) => Math.round(mebibytes)).join(" ")}\n`,
  );
  return [
    atLeast("steady-memory-requests", measured.requests, requests),
    atLeast("steady-memory-errors", measured.errors, requests * errorShare * 0.9),
    atMost("steady-memory-rss-growth-per-million", growth, 1, "MiB"),
  ];
}

interface Asked {
  readonly requests: number;
  readonly errors: number;
  /** After each round. */
  readonly samples: readonly { readonly requests: number; readonly mebibytes: number }[];
}

async function ask(proxy: ProxyProcess, count: number): Promise<Asked> {
  const samples: { requests: number; mebibytes: number }[] = [];
  let done = 0;
  let errors = 0;
  let perSecond = 5_000;
  while (done < count) {
    const [good, bad] = await Promise.all([wrk(proxy), misbehave(proxy.port, perSecond * errorShare * 1.2)]);
    done += good + bad;
    errors += bad;
    perSecond = good / roundSeconds;
    samples.push({ requests: done, mebibytes: proxy.residentBytes() / 1024 / 1024 });
  }
  return { requests: done, errors, samples };
}

/** Requests that were answered in one round. */
async function wrk(proxy: ProxyProcess): Promise<number> {
  await using program = await startProgram("wrk", ["-t1", "-c64", `-d${roundSeconds}s`, `${proxy.origin}/`]);
  await program.exited;
  return Number(/(\d+) requests in/.exec(program.stdout)?.[1] ?? 0);
}

const misbehaviours = [
  "GET /live/left HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST /live/half HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
  "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
  "GET /dead HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
];

/** How many requests went wrong in one round. */
async function misbehave(port: number, perSecond: number): Promise<number> {
  const endMs = performance.now() + roundSeconds * 1000;
  let count = 0;
  while (performance.now() < endMs) {
    const batch = Math.ceil(perSecond / 10);
    for (let index = 0; index < batch; index += 1) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.end(misbehaviours[count % misbehaviours.length] as string);
      if (count % misbehaviours.length < 2)
        socket.once("connect", () => setImmediate(() => socket.resetAndDestroy()));
      else socket.resume();
      count += 1;
    }
    await setTimeout(100);
  }
  return count;
}

/** The slope of a line through the samples (least squares). */
function growthPerMillion({ samples }: Asked): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanRequests = mean(samples.map(({ requests: count }) => count));
  const meanMebibytes = mean(samples.map(({ mebibytes }) => mebibytes));
  let products = 0;
  let squares = 0;
  for (const { requests: count, mebibytes } of samples) {
    products += (count - meanRequests) * (mebibytes - meanMebibytes);
    squares += (count - meanRequests) ** 2;
  }
  return (products / squares) * 1_000_000;
}
