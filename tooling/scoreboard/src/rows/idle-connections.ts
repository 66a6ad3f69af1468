import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { connect as connectSecurely } from "node:tls";
import { startHttpUpstream } from "@monolake/test-kit";
import { certificateFiles } from "../certificate-files.ts";
import { httpServer, startProxyProcess } from "../proxy-process.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const connections = 10_000;
const atOnce = 64;
const settleMs = 5_000;
const warmUpConnections = 200;

/** Memory of the proxy for each connection that has asked once and keeps quiet since, over both workers. */
export const idleConnections = (): Promise<readonly Figure[]> =>
  measureIdle({
    name: "idle-connections",
    goalKib: 16,
    more: "",
    open: (port) => connect(port, "127.0.0.1"),
  });

/**
 * OpenSSL needs some 25 KiB, and Node.js keeps 16 KiB for what it sends (NodeBIO) after an answer that did not fit into the buffer of
 * the handshake, beside what a connection in clear costs.
 */
const tlsGoalKib = 52;

/** The same with TLS. */
export async function idleTlsConnections(): Promise<readonly Figure[]> {
  await using tls = await certificateFiles();
  const session: { ticket?: Buffer } = {};
  const open = (port: number): Socket => {
    // Clients that come again: thousands of handshakes with certificates are another question.
    const resumed = session.ticket === undefined ? {} : { session: session.ticket };
    const socket = connectSecurely({
      port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: tls.ca,
      ...resumed,
    });
    return socket.once("session", (ticket: Buffer) => {
      session.ticket = ticket;
    });
  };
  // Thousands of handshakes take longer than connections may be idle by default.
  const more = `${tls.lines}\ntimeout = { server_keepalive_timeout_sec = 900 }`;
  return await measureIdle({ name: "idle-tls-connections", goalKib: tlsGoalKib, more, open });
}

interface IdleMeasure {
  readonly name: string;
  readonly goalKib: number;
  /** More of the server's table. */
  readonly more: string;
  readonly open: (port: number) => Socket;
}

async function measureIdle({ name, goalKib, more, open }: IdleMeasure): Promise<readonly Figure[]> {
  await using upstream = await startHttpUpstream((_request, response) => response.end("x".repeat(1000)));
  await using proxy = await startProxyProcess({ servers: (port) => httpServer(port, [upstream.port], more) });
  // Until the heaps have found their size.
  const warmUp = await openIdle(() => open(proxy.port), warmUpConnections);
  for (const socket of warmUp) socket.destroy();
  await setTimeout(settleMs);
  const before = proxy.residentBytes();
  const sockets = await openIdle(() => open(proxy.port), connections);
  await setTimeout(settleMs);
  const alive = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
  const perConnection = (proxy.residentBytes() - before) / connections / 1024;
  process.stderr.write(`  ${Math.round(before / 1024 / 1024)} MiB before\n`);
  for (const socket of sockets) socket.destroy();
  return [
    atLeast(`${name}-alive`, alive, connections),
    atMost(`${name}-rss-each`, perConnection, goalKib, "KiB"),
  ];
}

/** Opens connections, each with one request that is answered. */
async function openIdle(open: () => Socket, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      sockets.push(await askOnce(open()));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sockets;
}

function askOnce(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
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
