import { connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { startHttpUpstream } from "@monolake/test-kit";
import { httpServer, type ProxyProcess, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const maxGrowthMebibytes = 64;
/** Of the 1 GiB, which would take three hours. */
const readForMs = 40_000;
const bytesPerSecond = 100_000;
const uploads = 100;
/** Who was sent a lot gets longer: see `stallTimeout` of streams. */
const uploadForMs = 75_000;

/** A response of 1 GiB to a client that reads 100 KB/s, and 100 uploads to an upstream that reads nothing. */
export async function backpressure(): Promise<readonly Figure[]> {
  return [...(await slowDownload()), ...(await stalledUploads())];
}

async function slowDownload(): Promise<readonly Figure[]> {
  const part = Buffer.alloc(mebibyte, "part ");
  await using upstream = await startHttpUpstream((_request, response) => {
    response.writeHead(200, { "content-length": String(gibibyte) });
    const send = () => {
      while (response.write(part));
    };
    response.on("drain", send);
    send();
  });
  await using proxy = await startProxyProcess({ servers: (port) => httpServer(port, [upstream.port]) });
  await fetchSmall(proxy);
  const { received, growth } = await watched(proxy, async () => ({ received: await readSlowly(proxy.port) }));
  return [
    atLeast("backpressure-download-bytes", received, ((bytesPerSecond * readForMs) / 1000) * 0.9),
    atMost("backpressure-download-rss-growth", growth, maxGrowthMebibytes, "MiB"),
  ];
}

/** Reads at a steady pace, and says how much it got; less when the connection broke. */
async function readSlowly(port: number): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: slow\r\n\r\n");
  let received = 0;
  const startMs = performance.now();
  for (let nowMs = startMs; nowMs < startMs + readForMs && !socket.destroyed; nowMs = performance.now()) {
    const due = ((nowMs - startMs) / 1000) * bytesPerSecond;
    while (received < due) {
      const chunk: Buffer | null = socket.read(10_000) ?? socket.read();
      if (chunk === null) break;
      received += chunk.length;
    }
    await setTimeout(50);
  }
  socket.destroy();
  return received;
}

async function stalledUploads(): Promise<readonly Figure[]> {
  const stalled: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    stalled.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  try {
    await using proxy = await startProxyProcess({ servers: (listen) => httpServer(listen, [port]) });
    const { answers, growth } = await watched(proxy, async () => ({
      answers: await Promise.all(Array.from({ length: uploads }, () => upload(proxy.port))),
    }));
    return [
      atLeast("backpressure-uploads-that-stalled", stalled.length, uploads),
      atLeast(
        "backpressure-uploads-ended-by-the-proxy",
        answers.filter((answer) => answer === "ended").length,
        uploads,
      ),
      atMost("backpressure-uploads-rss-growth", growth, maxGrowthMebibytes, "MiB"),
    ];
  } finally {
    for (const socket of stalled) socket.destroy();
    server.close();
  }
}

/** Sends as much as is taken, until the proxy has enough of it. */
async function upload(port: number): Promise<"ended" | "still open"> {
  const part = Buffer.alloc(64 * 1024, "part ");
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  socket.write(`PUT / HTTP/1.1\r\nHost: up\r\nContent-Length: ${gibibyte}\r\n\r\n`);
  const send = () => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on("drain", send);
  send();
  const ended = new Promise<"ended">((resolve) => {
    socket.once("end", () => resolve("ended"));
    socket.once("close", () => resolve("ended"));
  });
  const outcome = await Promise.race([ended, setTimeout(uploadForMs, "still open" as const)]);
  socket.destroy();
  return outcome;
}

async function fetchSmall(proxy: ProxyProcess): Promise<void> {
  // Until the heaps have found their size; nobody waits for the rest of the body.
  for (let count = 0; count < 200; count += 1) {
    const response = await fetch(proxy.origin);
    await response.body?.cancel();
  }
}

async function watched<Result extends object>(
  proxy: ProxyProcess,
  run: () => Promise<Result>,
): Promise<Result & { readonly growth: number }> {
  const before = proxy.residentBytes();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, proxy.residentBytes());
  }, 50);
  try {
    return { ...(await run()), growth: (highest - before) / mebibyte };
  } finally {
    clearInterval(timer);
  }
}
