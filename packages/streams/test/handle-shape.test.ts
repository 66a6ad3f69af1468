import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { expect, it } from "vitest";
import { acceptedStream, dialStream } from "../src/index.ts";

setFlagsFromString("--allow-natives-syntax");
/** Whether V8 finds the properties of this by its hidden class; false for a dictionary. */
const isFast = new Function("object", "return %HasFastProperties(object)") as (object: unknown) => boolean;
const handleOf = (socket: Socket): unknown => (socket as unknown as { _handle: unknown })._handle;

/**
 * The code that reads and writes sees all handles of a thread. One of them that is a dictionary is enough for V8 to make each look
 * into any of them a call: 2 % of a proxied request.
 */
it("leaves the first handles of a thread what V8 finds properties in by their hidden class", async () => {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const [dialled, [socket]] = await Promise.all([
    dialStream({ type: "socket", host: "127.0.0.1", port }),
    once(server, "connection") as Promise<[Socket]>,
  ]);
  const handle = handleOf(socket);
  const accepted = acceptedStream(socket);
  const { promise: read, resolve } = Promise.withResolvers<string>();
  const handler = (onData: (chunk: Buffer) => void) => ({
    onData: (chunk: Buffer) => onData(chunk) === undefined,
    onEnd() {},
    onDrain() {},
    onClose() {},
  });
  accepted.attach(handler((chunk) => accepted.write(Buffer.from(chunk))));
  dialled.attach(handler((chunk) => resolve(String(chunk))));
  dialled.write(Buffer.from("there and back"));
  expect(await read).toBe("there and back");
  expect(isFast(handle)).toBe(true);
  dialled.destroy();
  accepted.destroy();
  await new Promise((done) => server.close(done));
});
