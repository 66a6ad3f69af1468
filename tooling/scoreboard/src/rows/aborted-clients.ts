import { connect } from "node:net";
import { eventually, startHttpUpstream } from "@monolake/test-kit";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atMost, type Figure, holds } from "../row.ts";

const aborts = 10_000;
const atOnce = 25;
/** Random, but the same in every run. */
const seed = 20_26;

/** Clients that leave at random moments of a request: nothing of it may stay behind, and nobody is told. */
export async function abortedClients(): Promise<readonly Figure[]> {
  const body = Buffer.alloc(60_000, "body ");
  await using upstream = await startHttpUpstream((request, response) => {
    request.resume();
    setTimeout(() => response.end(body), request.url?.endsWith("slow") ? 60 : 0);
  });
  await using proxy = await startProxyProcess({
    servers: (port) => httpServer(port, [upstream.port]),
  });
  const random = generator(seed);
  // Until the heaps have found their size.
  await abortMany(proxy.port, 8_000, random);
  const before = proxy.residentBytes();
  const logged = proxy.program.stdout.length;
  const answered = await abortMany(proxy.port, aborts, random);
  await eventually(() => upstream.openConnections <= atOnce, { timeoutMs: 10_000 });
  const growth = (proxy.residentBytes() - before) / 1024 / 1024;
  const log = proxy.program.stdout.slice(logged);
  if (log !== "") process.stderr.write(`${log.slice(0, 2_000)}\n`);
  process.stderr.write(`  ${answered} of ${aborts} had seen something of an answer\n`);
  const alive = await fetch(`${proxy.origin}/alive`);
  return [
    holds("aborted-clients-log-silent", log === "", `nothing above debug in ${aborts} aborts`),
    atMost("aborted-clients-upstream-connections-open", upstream.openConnections, atOnce),
    atMost("aborted-clients-rss-growth", growth, 32, "MiB"),
    holds(
      "aborted-clients-reached-all-phases",
      answered > 100 && answered < aborts,
      "some with and some without bytes of an answer",
    ),
    holds("aborted-clients-serves-on", alive.status === 200, "200"),
  ];
}

/** How many of the clients had seen something of an answer when they left. */
async function abortMany(port: number, count: number, random: () => number): Promise<number> {
  let left = count;
  let answered = 0;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      if (await abortOne(port, random)) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answered;
}

function abortOne(port: number, random: () => number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = requestText(random);
    const sent = request.slice(0, Math.ceil(random() * request.length * 1.5));
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("connect", () => {
      socket.write(sent);
      setTimeout(() => (random() < 0.5 ? socket.resetAndDestroy() : socket.destroy()), random() * 30);
    });
    socket.on("data", () => {
      if (random() < 0.3) socket.resetAndDestroy();
    });
    socket.on("close", () => resolve(socket.bytesRead > 0));
  });
}

function requestText(random: () => number): string {
  const path = random() < 0.5 ? "/fast" : "/slow";
  if (random() < 0.5) return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const content = "x".repeat(Math.floor(random() * 50_000));
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

/** Park and Miller's generator: numbers from 0 up to 1. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
