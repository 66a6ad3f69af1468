import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { acceptedStream, dialStream, takeSocket } from "../src/index.ts";

/** A connection whose accepted side is a stream, and how often Node's own function was called for its reads. */
async function openConnection() {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect(port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [Socket];
  return { server, client, socket, port };
}

const handleOf = (socket: Socket) => (socket as unknown as { _handle: { onread: unknown } })._handle;

describe("a socket that reads directly", () => {
  it("gives bytes, the end and the close to its stream without Node's own function for reads", async () => {
    const { server, client, socket } = await openConnection();
    const handle = handleOf(socket);
    const nodes = handle.onread;
    const stream = acceptedStream(socket);
    expect(handle.onread).not.toBe(nodes);
    const events: string[] = [];
    const closed = new Promise<void>((resolve) =>
      stream.attach({
        onData: (chunk) => events.push(String(chunk)) > 0,
        onEnd: () => {
          events.push("[end]");
          stream.end();
        },
        onDrain: () => {},
        onClose: () => resolve(),
      }),
    );
    client.end("bytes");
    client.resume();
    await closed;
    expect(events).toEqual(["bytes", "[end]"]);
    server.close();
  });

  it("reads through Node again when it is handed over", async () => {
    const { server, client, socket } = await openConnection();
    const nodes = handleOf(socket).onread;
    const taken = takeSocket(acceptedStream(socket)) as Socket;
    expect(handleOf(taken).onread).toBe(nodes);
    client.write("for Node");
    const [bytes] = (await once(taken, "data")) as [Buffer];
    expect(String(bytes)).toBe("for Node");
    taken.destroy();
    client.destroy();
    server.close();
  });

  it("tells a reset as a socket of Node does", async () => {
    const { server, client, port } = await openConnection();
    client.destroy();
    const accepted = once(server, "connection");
    const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
    const closed = new Promise<Error | undefined>((resolve) =>
      stream.attach({ onData: () => true, onEnd: () => {}, onDrain: () => {}, onClose: resolve }),
    );
    ((await accepted) as [Socket])[0].resetAndDestroy();
    const error = await closed;
    expect(error).toMatchObject({ code: "ERR_CONNECTION_RESET" });
    server.close();
  });

  it("reads where Node writes also behind a throw that nobody catches", async () => {
    const { server, client, socket } = await openConnection();
    const stream = acceptedStream(socket);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught = once(process, "uncaughtException");
    const chunks: string[] = [];
    const all = new Promise<void>((resolve) =>
      stream.attach({
        onData: (chunk) => {
          chunks.push(String(chunk));
          if (chunks.length === 1)
            process.nextTick(() => {
              throw new Error("nobody catches it");
            });
          stream.ownBuffer = true;
          if (chunks.join("").length === 11) resolve();
          return true;
        },
        onEnd: () => {},
        onDrain: () => {},
        onClose: () => {},
      }),
    );
    client.write("first");
    await uncaught;
    for (const listener of listeners) process.on("uncaughtException", listener);
    client.write("second");
    await all;
    expect(chunks.join("")).toBe("firstsecond");
    stream.destroy();
    client.destroy();
    server.close();
  });
});
