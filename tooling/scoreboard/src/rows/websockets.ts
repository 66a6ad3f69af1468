import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import { startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";
import { reloadedConfigurations, reloadMany } from "./reloads.ts";

const connections = 10_000;
const atOnce = 64;
const warmUpConnections = 500;
const reloadCount = 50;
const settleMs = 5_000;
const upgrade =
  "GET / HTTP/1.1\r\nHost: idle\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const upstreamProgram = fileURLToPath(new URL("../programs/websocket-upstream.ts", import.meta.url));

/**
 * 10,000 WebSockets that keep quiet, over two workers, with 50 reloads of their server meanwhile: then each sends once more. The
 * workers are processes, as one process would need twice as many file descriptors.
 */
export async function websockets(): Promise<readonly Figure[]> {
  await using upstream = await startProgram(process.execPath, [upstreamProgram]);
  const [, upstreamPort] = await upstream.waitForOutput(/port (\d+)/);
  const configurations = (port: number) => reloadedConfigurations(port, Number(upstreamPort));
  await using proxy = await startProxyProcess({
    servers: (port) => `worker_type = "processes"\n${configurations(port)[0]}`,
  });
  const routeSets = configurations(proxy.port).map((text) => `worker_type = "processes"\n${text}`);
  for (const socket of await openSockets(proxy.port, warmUpConnections)) socket.destroy();
  await setTimeout(settleMs);
  const before = residentOfAll(proxy.program.pid);
  const sockets = await openSockets(proxy.port, connections);
  await setTimeout(settleMs);
  const perSocket = (residentOfAll(proxy.program.pid) - before) / connections / 1024;
  process.stderr.write(`  ${Math.round(before / 1024 / 1024)} MiB before\n`);
  await reloadMany(proxy, routeSets, reloadCount);
  const alive = await countAlive(sockets);
  for (const socket of sockets) socket.destroy();
  return [
    atLeast("websockets-alive-after-50-reloads", alive, connections),
    atMost("websockets-rss-each", perSocket, 32, "KiB"),
  ];
}

/** Opens sockets, a few at a time, each of them upgraded. */
async function openSockets(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      sockets.push(await openOne(port));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sockets;
}

function openOne(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("data", (head: Buffer) => {
      socket.off("error", reject);
      // What breaks it later is counted.
      socket.on("error", () => {});
      if (head.toString("latin1").startsWith("HTTP/1.1 101 ")) resolve(socket);
      else reject(new Error(`no upgrade: ${head}`));
    });
    socket.write(upgrade);
  });
}

/** How many of them send back what they are sent. */
async function countAlive(sockets: readonly Socket[]): Promise<number> {
  let alive = 0;
  const left = [...sockets];
  const work = async () => {
    for (let socket = left.pop(); socket !== undefined; socket = left.pop())
      if (await echoes(socket)) alive += 1;
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return alive;
}

function echoes(socket: Socket): Promise<boolean> {
  if (socket.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    socket.once("data", () => resolve(true));
    socket.once("close", () => resolve(false));
    // A text frame, "Hello" (RFC 6455 section 5.7).
    socket.write(Buffer.from("818537fa213d7f9f4d5158", "hex"));
  });
}

/** Memory of a process and of those that it started, in RAM (Linux). */
function residentOfAll(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024 + children.reduce((sum, child) => sum + residentOfAll(Number(child)), 0);
}
