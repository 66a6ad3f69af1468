import { createServer, type Server } from "node:net";
import { acceptedStream, type ByteStream, dialStream } from "../src/index.ts";

/** Two byte streams joined through a real TCP connection: one dialled, one accepted. */
export interface StreamPair extends AsyncDisposable {
  readonly dialled: ByteStream;
  readonly accepted: ByteStream;
  readonly server: Server;
}

/** Opens a connection to a server of its own. */
export async function streamPair(): Promise<StreamPair> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<ByteStream>((resolve) => {
    server.once("connection", (socket) => resolve(acceptedStream(socket)));
  });
  const { port } = server.address() as { port: number };
  const dialled = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const stream = await accepted;
  return {
    dialled,
    accepted: stream,
    server,
    async [Symbol.asyncDispose]() {
      dialled.destroy();
      stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
