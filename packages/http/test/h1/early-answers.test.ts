import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpExchange, type HttpHandler } from "../../src/index.ts";
import { get, post, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const tooLarge = () => createResponse("too large", { status: 413 });

const handlers: Readonly<Record<string, HttpHandler["call"]>> = {
  "looks at nothing": async () => tooLarge(),
  "says that nobody wants the body": async ({ body }) => {
    body.cancel();
    return tooLarge();
  },
  "has begun to read": async ({ body }) => {
    body.pipe({ write: () => true, end() {}, fail() {} });
    return tooLarge();
  },
  "has begun to read, and refuses at length": async ({ body }) => {
    body.pipe({ write: () => true, end() {}, fail() {} });
    return createResponse([Buffer.from("too "), Buffer.from("large")], { status: 413 });
  },
};
const uploads = {
  "a length": "Content-Length: 1000000\r\n\r\nbeginning",
  chunks: "Transfer-Encoding: chunked\r\n\r\n9\r\nbeginning\r\n",
};
const cases = Object.keys(handlers).flatMap((handler) =>
  Object.entries(uploads).map(([framing, upload]) => [handler, framing, upload] as const),
);

describe("an answer that comes while its request does", () => {
  it.each(cases)(
    "by a handler that %s, of a body with %s, says that the connection ends",
    async (handler, _, upload) => {
      await using server = await serve(handlers[handler] as HttpHandler["call"]);
      await using client = await rawClient(server, { allowHalfOpen: true });
      void client.write(`POST / HTTP/1.1\r\nHost: test\r\n${upload}`);
      expect(await readResponse(client)).toMatchObject({
        status: 413,
        body: "too large",
        headers: { connection: "close" },
      });
      // What comes later is read away, so that it does not break the connection of a client that has yet to read.
      await client.write("x".repeat(500_000));
      expect(await client.readToEnd()).toBe("");
      client.end();
      expect((await client.closed).error).toBeUndefined();
    },
  );

  it("leaves the connection as it is when the little that is left is read away", async () => {
    await using server = await serve(async ({ target }) => createResponse(target));
    await using client = await rawClient(server);
    void client.write("POST /early HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    const { headers, body } = await readResponse(client);
    expect([headers["connection"], body]).toEqual([undefined, "/early"]);
    void client.write(`67890${get("/next")}`);
    expect((await readResponse(client)).body).toBe("/next");
  });

  it("leaves the connection as it is when the request is read to its end before the answer is written", async () => {
    const whole = deferred<void>();
    await using server = await serve(async ({ body }) => {
      body.pipe({ write: () => true, end: () => whole.resolve(), fail() {} });
      async function* answer() {
        yield Buffer.from("begun");
        await whole.promise;
      }
      return createResponse(answer());
    });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
    expect((await readHead(client)).headers["connection"]).toBeUndefined();
    await client.readUntil("begun");
    void client.write(`${"x".repeat(100_000)}${post("")}`);
    await client.readUntil("0\r\n\r\n");
    expect((await readResponse(client)).body).toBe("begun");
  });

  it.each([{ bodyIdleTimeoutMs: 50 }, { requestTimeoutMs: 50 }])(
    "is the only one that is told, and nothing is reset, when the rest does not come (%j)",
    async (options) => {
      const exchanges: HttpExchange[] = [];
      await using server = await serve(async () => tooLarge(), {
        ...options,
        onExchange: (exchange) => void exchanges.push(exchange),
      });
      await using client = await rawClient(server, { allowHalfOpen: true });
      void client.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
      expect((await readResponse(client)).status).toBe(413);
      expect(await client.readToEnd()).toBe("");
      client.end();
      expect((await client.closed).error).toBeUndefined();
      await eventually(() => server.connections() === 0);
      expect(exchanges).toMatchObject([{ method: "POST", complete: true, error: undefined }]);
    },
  );
});

it("a client that still sends is listened to for longer than one that is silent, so that it can read its answer", async () => {
  await using server = await serve(async () => tooLarge());
  await using silent = await rawClient(server, { allowHalfOpen: true });
  await using sending = await rawClient(server, { allowHalfOpen: true });
  for (const client of [silent, sending])
    void client.write(`POST / HTTP/1.1\r\nHost: test\r\n${uploads.chunks}`);
  await sending.readUntil("too large");
  const upload = setInterval(() => void sending.write("x".repeat(1_000)), 100);
  await silent.readToEnd();
  // Both ends of this connection are gone then.
  await eventually(() => server.connections() === 1);
  await new Promise((resolve) => setImmediate(resolve));
  clearInterval(upload);
  await sending.write("and the last of it");
  sending.end();
  expect((await sending.closed).error).toBeUndefined();
});
