import { createServer } from "node:net";
import { acceptedStream, type ByteStream, dialStream } from "@monolake/streams";

/** Two joined streams, with `early` sent and put back already: as a connection that is handed over. */
export async function streamPairWith(
  early: string,
): Promise<AsyncDisposable & { readonly near: ByteStream; readonly far: ByteStream }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<ByteStream>((resolve) => {
    server.once("connection", (socket) => resolve(acceptedStream(socket)));
  });
  const { port } = server.address() as { port: number };
  const far = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const near = await accepted;
  near.unread(Buffer.from(early));
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
