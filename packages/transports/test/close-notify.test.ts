import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { type ByteStream, StreamReader } from "@monolake/streams";
import { createCertificate } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createTlsConnector } from "../src/index.ts";

const { certificate, key } = createCertificate({ names: ["localhost"] });

/** A connection over TLS, what its server has of it, and the socket beneath that. */
async function pair() {
  const server = createServer({ cert: certificate, key, allowHalfOpen: true } as object);
  const raw = once(server, "connection") as Promise<[Socket]>;
  const secured = once(server, "secureConnection") as Promise<[TLSSocket]>;
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const stream: ByteStream = await createTlsConnector({ ca: certificate }).connect({
    type: "socket",
    host: "localhost",
    port,
  });
  const [[beneath], [peer]] = await Promise.all([raw, secured]);
  peer.on("error", () => {});
  return {
    reader: new StreamReader(stream),
    stream,
    peer,
    beneath,
    async [Symbol.asyncDispose]() {
      stream.destroy();
      beneath.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it("an end of TLS is one, also of a stream that reads nothing at that time", async () => {
  await using both = await pair();
  both.peer.write("a");
  expect(String(await both.reader.read())).toBe("a");
  both.stream.pause();
  const large = Buffer.alloc(300_000, "b");
  both.peer.end(large);
  await once(both.peer, "finish");
  let bytes = 0;
  for (let chunk = await both.reader.read(); chunk !== undefined; chunk = await both.reader.read())
    bytes += chunk.length;
  expect([bytes, both.stream.tls?.truncated]).toEqual([large.length, false]);
});

it("an end of the connection alone is told apart", async () => {
  await using both = await pair();
  both.peer.write("a");
  expect(String(await both.reader.read())).toBe("a");
  expect(both.stream.tls?.truncated).toBe(false);
  both.beneath.end();
  expect(await both.reader.read()).toBeUndefined();
  expect(both.stream.tls?.truncated).toBe(true);
});
