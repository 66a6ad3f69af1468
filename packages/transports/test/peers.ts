import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { ByteStream } from "@monolake/streams";
import type { Resolver } from "../src/index.ts";

/** A server that says its name to whoever connects. */
export interface NamedServer extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
  /** Connections so far. */
  readonly sockets: Socket[];
}

export async function startServer(
  name: string,
  where: { host?: string; port?: number; path?: string } = {},
): Promise<NamedServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.end(name);
  });
  server.listen(where.path === undefined ? { host: "127.0.0.1", port: 0, ...where } : { path: where.path });
  await once(server, "listening");
  const address = server.address() as AddressInfo | string;
  return {
    port: typeof address === "string" ? 0 : address.port,
    server,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A port of 127.0.0.1 on which nobody listens any more. */
export async function closedPort(): Promise<number> {
  await using server = await startServer("");
  return server.port;
}

/** An address that neither accepts nor refuses: its backlog is full and its thread asleep. */
export async function startDeafListener(
  host: string,
  port = 0,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("fixtures/deaf-listener.ts", import.meta.url), {
    workerData: { host, port, wake },
  });
  const [address] = (await once(worker, "message")) as [AddressInfo];
  const fillers: Socket[] = [];
  // A connection that is not taken within this time is one too many.
  for (let full = false; !full; ) {
    const socket = connect(address.port, host);
    socket.on("error", () => {});
    fillers.push(socket);
    full = await Promise.race([
      once(socket, "connect").then(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, 300, true)),
    ]);
  }
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of fillers) socket.destroy();
      Atomics.store(wake, 0, 1);
      Atomics.notify(wake, 0);
      await once(worker, "exit");
    },
  };
}

/** What the peer says until it ends; then the stream is destroyed. */
export function textOf(stream: ByteStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.attach({
      onData: (chunk) => {
        text += chunk.toString("latin1");
        return true;
      },
      onEnd: () => stream.destroy(),
      onDrain: () => {},
      onClose: (error) => (error === undefined ? resolve(text) : reject(error)),
    });
  });
}

/** A resolver that knows one list of addresses. */
export const resolverOf = (...hosts: string[]): Resolver => ({
  resolve: async () => hosts.map((host) => ({ host, family: host.includes(":") ? 6 : 4 })),
});
