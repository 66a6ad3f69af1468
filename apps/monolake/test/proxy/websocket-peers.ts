import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientOptions, type RawData, type WebSocket, WebSocketServer } from "ws";

/** A `ws` server that tells what it saw, and does what the path asks for. */
export interface WebSocketUpstream extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** What happened on its side, in order, on each of its connections. */
  readonly events: string[][];
  /** Sockets that are open now. */
  readonly open: () => number;
}

/** Opens a WebSocket for a path, by whatever way. */
export type Open = (path: string, options?: ClientOptions, protocols?: string[]) => WebSocket;

const digest = (data: Buffer): string =>
  `${data.length} ${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);

const unauthorized =
  "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\nX-Why: key\r\n\r\nno";

/** Starts the server; it echoes messages, pings back what it is pinged, and refuses `/refused`. */
export async function startWebSocketUpstream(): Promise<WebSocketUpstream> {
  const events: string[][] = [];
  const http = createServer((_request, response) => response.end("no upgrade"));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024 * 1024,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  http.on("upgrade", (request, socket, head) => {
    // What becomes of it after that is the proxy's business: it may reset what it cannot use again.
    if (request.url === "/refused") return void socket.on("error", () => {}).end(unauthorized);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const seen: string[] = [];
      events.push(seen);
      serve(opened, request, seen);
    });
  });
  await once(http.listen(0, "127.0.0.1"), "listening");
  const { port } = http.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    events,
    open: () => sockets.clients.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function serve(socket: WebSocket, { url = "" }: IncomingMessage, events: string[]): void {
  socket.on("message", (data, isBinary) => {
    const bytes = bytesOf(data);
    events.push(`${isBinary ? "binary" : "text"} ${digest(bytes)}`);
    socket.send(bytes, { binary: isBinary });
  });
  socket.on("ping", (data: Buffer) => events.push(`ping ${data}`));
  socket.on("pong", (data: Buffer) => events.push(`pong ${data}`));
  socket.on("close", (code, reason) => events.push(`close ${code} ${reason}`));
  socket.on("error", () => {});
  if (url.startsWith("/close/")) socket.close(Number(url.slice(7)), "because");
  if (url === "/terminate") socket.terminate();
  if (url === "/ping") socket.ping("from the server");
  if (url === "/burst") for (let index = 0; index < 500; index += 1) socket.send(`message ${index}`);
}

/** Resolves with what a socket's first `count` messages were. */
function messages(socket: WebSocket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    socket.once("error", reject);
    socket.on("message", (data, isBinary) => {
      seen.push(`${isBinary ? "binary" : "text"} ${digest(bytesOf(data))}`);
      if (seen.length === count) resolve(seen);
    });
  });
}

/** How a socket ends. */
async function closing(socket: WebSocket): Promise<string> {
  socket.on("error", () => {});
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return `close ${code} ${reason}`;
}

const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000, 16 * 1024 * 1024];

/** What a client sees of everything that WebSockets can do. */
export async function exchangeEverything(open: Open): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const perMessageDeflate of [false, true]) {
    const socket = open("/echo", { perMessageDeflate, maxPayload: 64 * 1024 * 1024 }, ["chat", "other"]);
    await once(socket, "open");
    seen.push([socket.protocol, socket.extensions]);
    for (const size of sizes) seen.push(await echoed(socket, Buffer.alloc(size, "abcdefgh"), size % 2 === 0));
    // The 16 MiB that cannot be compressed, too.
    const random = createHash("sha512").update("seed").digest();
    seen.push(await echoed(socket, Buffer.concat(Array.from({ length: 100_000 }, () => random)), true));
    const parts = messages(socket, 1);
    for (const [index, text] of ["one ", "two ", "", "four"].entries())
      socket.send(text, { fin: index === 3, binary: false });
    seen.push(await parts);
    socket.ping("a".repeat(125));
    seen.push(String((await once(socket, "pong"))[0]));
    const closed = closing(socket);
    socket.close(4_321, "ä reason");
    seen.push(await closed);
  }
  const burst = open("/burst");
  seen.push(await messages(burst, 500));
  const burstClosed = closing(burst);
  burst.close();
  await burstClosed;
  const pinged = open("/ping");
  seen.push(String((await once(pinged, "ping"))[0]));
  pinged.close(1_000);
  seen.push(await closing(pinged));
  for (const path of ["/close/1000", "/close/1011", "/close/3000", "/close/4999", "/terminate"])
    seen.push(await closing(open(path)));
  const terminated = open("/echo");
  await once(terminated, "open");
  terminated.terminate();
  const { status, why, text } = await refusal(open("/refused"));
  seen.push([status, why, text]);
  return seen;
}

/** What a socket is refused with. */
export async function refusal(socket: WebSocket) {
  socket.on("error", () => {});
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  // Behind its response Node.js has the connection stay, and nobody would hear of its reset.
  const connection = response.socket.on("error", () => {});
  const text = String(await response.toArray());
  connection.destroy();
  return { status: response.statusCode, why: response.headers["x-why"], text };
}

async function echoed(socket: WebSocket, data: Buffer, binary: boolean): Promise<string[]> {
  const answer = messages(socket, 1);
  socket.send(data, { binary });
  const [echo] = await answer;
  socket.removeAllListeners("message").removeAllListeners("error");
  return [digest(data), echo as string];
}

/** Sends something of its own and waits for its echo. */
export async function isAlive(socket: WebSocket): Promise<boolean> {
  const text = randomBytes(8).toString("hex");
  socket.send(text);
  const [data] = (await once(socket, "message")) as [RawData];
  return bytesOf(data).toString() === text;
}
