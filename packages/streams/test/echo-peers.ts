import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceptedStream, type ByteStream, dataStream, dialStream, type SocketAddress } from "../src/index.ts";
import { securePair } from "./secure-pair.ts";

/** Two byte streams joined through a real connection: one dialled, one accepted. */
export interface StreamPair extends AsyncDisposable {
  readonly dialled: ByteStream;
  readonly accepted: ByteStream;
  readonly server: Server;
}

/** How the two are joined; "data" accepts without a read buffer of ours, by 'data' events, and so does "tls-data". */
export type PairKind = "tcp" | "unix" | "data" | "tls" | "tls-data";

/** Opens a connection to a server of its own. */
export async function streamPair(kind: PairKind = "tcp"): Promise<StreamPair> {
  const folder = kind === "unix" ? mkdtempSync(join(tmpdir(), "streams-")) : undefined;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await new Promise<void>((resolve) => {
    if (folder === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(join(folder, "socket"), resolve);
  });
  const accepted = new Promise<ByteStream>((resolve) => {
    server.once("connection", (socket) =>
      resolve(kind === "data" ? dataStream(socket) : acceptedStream(socket)),
    );
  });
  const plain = { dialled: await dialStream(addressOf(server)), accepted: await accepted };
  const { dialled, accepted: stream } =
    kind === "tls" || kind === "tls-data" ? await securePair(plain, kind) : plain;
  return {
    dialled,
    accepted: stream,
    server,
    async [Symbol.asyncDispose]() {
      dialled.destroy();
      stream.destroy();
      await new Promise((resolve) => server.close(resolve));
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server and the first stream that it accepts, for peers that dial by themselves. */
export interface AcceptingServer extends AsyncDisposable {
  readonly port: number;
  readonly accepted: Promise<ByteStream>;
}

/** Listens on a free port. */
export async function acceptingServer(): Promise<AcceptingServer> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<ByteStream>((resolve) => {
    server.once("connection", (socket) => resolve(acceptedStream(socket)));
  });
  const { port } = server.address() as { port: number };
  return {
    port,
    accepted,
    // Also shows that every connection is counted down, whoever closed it.
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Where a server listens. */
function addressOf(server: Server): SocketAddress {
  const address = server.address();
  if (typeof address === "string") return { type: "unix", path: address };
  return { type: "socket", host: "127.0.0.1", port: address?.port ?? 0 };
}
