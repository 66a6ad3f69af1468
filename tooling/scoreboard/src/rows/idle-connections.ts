import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { startHttpUpstream } from "@monolake/test-kit";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const connections = 10_000;
const atOnce = 64;
const settleMs = 5_000;
const warmUpConnections = 200;

/** Memory of the proxy for each connection that has asked once and keeps quiet since, over both workers. */
export async function idleConnections(): Promise<readonly Figure[]> {
  await using upstream = await startHttpUpstream((_request, response) => response.end("x".repeat(1000)));
  await using proxy = await startProxyProcess({ servers: (port) => httpServer(port, [upstream.port]) });
  // Until the heaps have found their size.
  const warmUp = await openIdle(proxy.port, warmUpConnections);
  for (const socket of warmUp) socket.destroy();
  await setTimeout(settleMs);
  const before = proxy.residentBytes();
  const sockets = await openIdle(proxy.port, connections);
  await setTimeout(settleMs);
  const alive = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
  const perConnection = (proxy.residentBytes() - before) / connections / 1024;
  process.stderr.write(`  ${Math.round(before / 1024 / 1024)} MiB before\n`);
  for (const socket of sockets) socket.destroy();
  return [
    atLeast("idle-connections-alive", alive, connections),
    atMost("idle-connections-rss-each", perConnection, 16, "KiB"),
  ];
}

/** Opens connections, each with one request that is answered. */
async function openIdle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      sockets.push(await askOnce(port));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sockets;
}

function askOnce(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1");
    socket.once("error", reject);
    socket.on("data", (part: string) => {
      answer += part;
      if (answer.endsWith("x")) resolve(socket);
    });
    socket.write("GET / HTTP/1.1\r\nHost: idle\r\n\r\n");
  });
}
