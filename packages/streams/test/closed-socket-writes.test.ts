import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { acceptedStream, dialStream } from "../src/index.ts";

it("writes to a socket that Node has just closed go nowhere, and the close tells why it was closed", async () => {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const [dialled, [socket]] = await Promise.all([
    dialStream({ type: "socket", host: "127.0.0.1", port }),
    once(server, "connection") as Promise<[Socket]>,
  ]);
  const internals = socket as unknown as { _handle: { onread: unknown } };
  const handle = internals._handle;
  const accepted = acceptedStream(socket);
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  const { promise: read, resolve: wasRead } = Promise.withResolvers<void>();
  const owner = (handle as unknown as { [key: symbol]: Socket })[
    Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol") as symbol
  ] as Socket;
  accepted.attach({
    onData() {
      wasRead();
      // From now on past the socket's stream.
      expect(accepted.write(Buffer.from("first"))).toBe(true);
      // As Node does where the system tells of an error: closed at once, told later.
      owner.destroy(Object.assign(new Error("gone"), { code: "ECONNRESET", syscall: "read" }));
      expect(accepted.closed).toBe(false);
      expect(accepted.write(Buffer.from("late"))).toBe(true);
      expect(accepted.writev([Buffer.from("later"), Buffer.from("still")])).toBe(true);
      return true;
    },
    onEnd() {},
    onDrain() {},
    onClose: resolve,
  });
  dialled.write(Buffer.from("hello"));
  await read;
  expect(await closed).toMatchObject({ code: "ERR_CONNECTION_RESET" });
  dialled.destroy();
  await new Promise((done) => server.close(done));
});
