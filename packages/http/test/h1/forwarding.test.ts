import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { deferred, eventually, rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { bodyFrom, createRequest, createResponse, Headers, HttpResponse, readBody } from "../../src/index.ts";
import { connectClient } from "./client.ts";
import { get, post, postChunked, readHead, readResponse } from "./raw-responses.ts";
import { serve, type TestServer } from "./serve.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A server that passes every request on to `upstream` over one connection, which is used again and again. */
async function forwardTo(upstream: { readonly host: string; readonly port: number }) {
  const client = await connectClient(upstream);
  const server = await serve(async (request, { cancellation }) => {
    request.headers.delete("expect");
    const outgoing = createRequest({
      method: request.method,
      target: request.target,
      headers: request.headers,
    });
    outgoing.body = request.body;
    outgoing.onInformational = request.onInformational;
    if (!client.connection.idle) await client.nextIdle();
    return client.connection.send(outgoing, cancellation);
  });
  return {
    ...server,
    client,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** Answers with the body that it gets. */
const echo = (): Promise<TestServer> =>
  serve(async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body));

/** Sends one request and reads the answer slowly: after a while in which nothing is read at all. */
async function exchangeSlowly(
  address: { readonly host: string; readonly port: number },
  request: readonly (Buffer | string)[],
  length: number,
  stalled: () => boolean,
): Promise<Buffer> {
  const socket = connect(address);
  socket.pause();
  for (const part of request) socket.write(part);
  await eventually(stalled);
  const received: Buffer[] = [];
  let bytes = 0;
  const over = deferred();
  socket.on("data", (chunk: Buffer) => {
    received.push(chunk);
    bytes += chunk.length;
    const headBytes = (received[0] as Buffer).indexOf("\r\n\r\n") + 4;
    if (bytes === headBytes + length) over.resolve();
  });
  socket.resume();
  await over.promise;
  socket.destroy();
  return Buffer.concat(received).subarray(-length);
}

describe("a server connection and a client connection, one behind the other", () => {
  it("pass small exchanges of every kind", async () => {
    await using upstream = await serve(async ({ method, target, body }) =>
      createResponse(`${method} ${target} ${await readBody(body)}`),
    );
    await using proxy = await forwardTo(upstream);
    await using client = await rawClient(proxy);
    void client.write(get("/1") + post("two", "/2") + postChunked(["th", "ree"]) + get("/4"));
    const bodies = [];
    for (let count = 0; count < 4; count++) bodies.push((await readResponse(client)).body);
    expect(bodies).toEqual(["GET /1 ", "POST /2 two", "POST / three", "GET /4 "]);
    expect(proxy.client.connection.requests).toBe(4);
  });

  it("keep a request's head whole although the client is told to continue in the middle of it", async () => {
    await using upstream = await serve(async ({ headers, body }) =>
      createResponse(`${headers.get("x-long")?.length} ${await readBody(body)}`),
    );
    await using proxy = await forwardTo(upstream);
    await using client = await rawClient(proxy);
    const fields = `X-Long: ${"y".repeat(300)}\r\nExpect: 100-continue\r\n`;
    for (const framing of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
      void client.write(`POST / HTTP/1.1\r\nHost: x\r\n${framing}\r\n${fields}\r\n`);
      expect(await client.readUntil("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
      void client.write(framing.startsWith("C") ? "hello" : "5\r\nhello\r\n0\r\n\r\n");
      expect((await readResponse(client)).body).toBe("300 hello");
    }
  });

  it.each([65_536, 10 * 1024 * 1024])(
    "pass bodies of %d bytes both ways, many times, byte for byte",
    async (length) => {
      const bytes = randomBytes(length);
      await using upstream = await serve(async ({ body }) => {
        const received = await readBody(body, { maxBytes: length });
        return createResponse(received);
      });
      await using proxy = await forwardTo(upstream);
      await using client = await rawClient(proxy);
      for (let round = 0; round < (length > 100_000 ? 2 : 30); round++) {
        void client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
        void client.write(bytes);
        const { body } = await readResponse(client);
        expect(sha256(Buffer.from(body, "latin1"))).toBe(sha256(bytes));
      }
      expect(proxy.client.idles()).toBeGreaterThan(0);
    },
  );

  it("pass a body that comes back while it is sent, to a reader that stalls, with little memory", async () => {
    await using upstream = await echo();
    await using proxy = await forwardTo(upstream);
    const bytes = randomBytes(24 * 1024 * 1024);
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`;
    const stalled = () => (proxy.streams()[0]?.pendingBytes ?? 0) > 0;
    const received = await exchangeSlowly(proxy, [head, bytes], bytes.length, stalled);
    expect(proxy.streams().every(({ pendingBytes }) => pendingBytes <= 256 * 1024)).toBe(true);
    expect(sha256(received)).toBe(sha256(bytes));
  });

  it("pass a large body to a reader that stalls, and use the upstream connection again", async () => {
    const bytes = randomBytes(16 * 1024 * 1024);
    await using upstream = await serve(async ({ target }) =>
      createResponse(target === "/large" ? bytes : "small"),
    );
    await using proxy = await forwardTo(upstream);
    const stalled = () => (proxy.streams()[0]?.pendingBytes ?? 0) > 0;
    for (let round = 0; round < 3; round++) {
      const idle = proxy.client.nextIdle();
      const received = await exchangeSlowly(proxy, [get("/large")], bytes.length, stalled);
      await idle;
      expect(sha256(received)).toBe(sha256(bytes));
    }
  });
});

describe("a whole body that a slow client is still taking", () => {
  it("is given back afterwards: the upstream connection goes on", async () => {
    // A response that comes in one read, and a client whose kernel buffers are full.
    const part = Buffer.alloc(60_000, "x");
    await using upstream = await startRawServer(async (connection) => {
      for (;;) {
        await connection.readUntil("\r\n\r\n");
        void connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${part.length}\r\n\r\n${part}`);
      }
    });
    await using proxy = await forwardTo(upstream);
    await using client = await rawClient(proxy);
    client.pause();
    const requests = 200;
    for (let count = 0; count < requests; count++) void client.write(get());
    await eventually(() => (proxy.streams()[0]?.pendingBytes ?? 0) > 0);
    client.resume();
    for (let count = 0; count < requests; count++) {
      expect((await readResponse(client)).body.length).toBe(part.length);
    }
    expect(proxy.client.idles()).toBe(requests);
  });
});

it("a failing upstream becomes a 502, and what had been sent of a body is cut off", async () => {
  await using upstream = await startRawServer(async (connection) => {
    const head = await connection.readUntil("\r\n\r\n");
    if (head.includes("/part")) await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    await connection.readUntil("never", { timeoutMs: 50 }).catch(() => {});
    connection.end();
  });
  {
    await using proxy = await forwardTo(upstream);
    await using client = await rawClient(proxy);
    void client.write(get("/none"));
    expect((await readResponse(client)).status).toBe(502);
  }
  await using proxy = await forwardTo(upstream);
  await using client = await rawClient(proxy);
  void client.write(get("/part"));
  expect((await readHead(client)).status).toBe(200);
  await client.closed;
  expect(client.unread).toBe("hello");
});

it("a client that leaves cancels its upstream exchange, also in the middle of an upload", async () => {
  const body = bodyFrom(undefined);
  expect(body.length).toBe(0);
  await using upstream = await startRawServer(async (connection) => {
    await connection.readUntil("\r\n\r\n");
    asked.resolve();
  });
  const asked = deferred();
  await using proxy = await forwardTo(upstream);
  await using client = await rawClient(proxy);
  void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
  await asked.promise;
  client.reset();
  await proxy.client.closed;
  await upstream.connections[0]?.closed;
});
