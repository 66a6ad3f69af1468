import { type BaseContext, requireFrom } from "@monolake/service-async";
import { deferred, rawClient } from "@monolake/test-kit";
import { expect, it } from "vitest";
import {
  createResponse,
  type HttpExchange,
  type HttpHandler,
  type HttpServerOptions,
  readBody,
} from "../../src/index.ts";
import { ask, nodeSession } from "../h2/node-client.ts";
import { serve } from "./serve.ts";

/** Serves, and gathers what is told of the exchanges. */
async function listenTo(handler: HttpHandler<BaseContext>["call"], options: HttpServerOptions = {}) {
  const exchanges: HttpExchange[] = [];
  let told = deferred<void>();
  const onExchange = (exchange: HttpExchange) => {
    exchanges.push(exchange);
    told.resolve();
  };
  const server = await serve(handler, { ...options, onExchange });
  const next = async (): Promise<HttpExchange> => {
    while (exchanges.length === 0) {
      await told.promise;
      told = deferred<void>();
    }
    return exchanges.shift() as HttpExchange;
  };
  return { server, exchanges, next, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

it("tells of each exchange when its answer is written", async () => {
  await using listened = await listenTo(async (request) => {
    const body = await readBody(request.body);
    request.target = "/changed";
    return createResponse(`${body.length}`, { status: 201 });
  });
  await using client = await rawClient(listened.server);
  const beforeMs = Date.now();
  await client.write(
    "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /c HTTP/1.0\r\n\r\n",
  );
  const first = await listened.next();
  expect(first).toMatchObject({
    method: "POST",
    target: "/a?b",
    version: "1.1",
    requestBytes: 5,
    responseBytes: 1,
    complete: true,
    error: undefined,
  });
  expect(first.request?.target).toBe("/changed");
  expect(first.response?.status).toBe(201);
  expect(first.receivedAtMs).toBeGreaterThanOrEqual(beforeMs);
  expect(first.handlerMs).toBeGreaterThanOrEqual(0);
  expect(first.totalMs).toBeGreaterThanOrEqual(first.handlerMs as number);
  expect(await listened.next()).toMatchObject({
    method: "GET",
    target: "/c",
    version: "1.0",
    requestBytes: 0,
  });
  await client.readToEnd();
  expect(listened.exchanges).toEqual([]);
});

it("shows a request as it came, in a context of its own, before the handler sees it", async () => {
  const contexts: object[] = [];
  await using listened = await listenTo(
    async (request, context) => {
      expect(context).toBe(contexts.at(-1));
      return createResponse(request.headers.get("x-seen"));
    },
    {
      onRequest: (request, context) => {
        contexts.push(context);
        request.headers.set("X-Seen", request.target);
      },
    },
  );
  await using client = await rawClient(listened.server);
  await client.write("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  expect((await listened.next()).context).toBe(contexts[0]);
  await client.write("GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect((await listened.next()).context).toBe(contexts[1]);
  expect(contexts[0]).not.toBe(contexts[1]);
  expect(await client.readToEnd()).toMatch(/\r\n\r\n\/1HTTP\/1.1 [\s\S]*\r\n\r\n\/2$/);
});

it("counts what was written of bodies, not their framing", async () => {
  async function* chunks() {
    yield Buffer.from("12");
    yield Buffer.from("345");
  }
  await using listened = await listenTo(async ({ method }) =>
    createResponse(method === "HEAD" ? "12345" : chunks()),
  );
  await using client = await rawClient(listened.server);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await listened.next()).toMatchObject({ responseBytes: 5 });
  await client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await listened.next()).toMatchObject({ responseBytes: 0 });
});

it.each([
  ["GARBAGE\r\n\r\n", 400, {}],
  [`GET /${"a".repeat(40)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, { maxTargetBytes: 20 }],
  ["GET / HTTP/1.1\r\nHo", 408, { headTimeoutMs: 30 }],
])("tells of what is no request: %j", async (bytes, status, options) => {
  await using listened = await listenTo(async () => expect.unreachable("called"), options);
  await using client = await rawClient(listened.server);
  await client.write(bytes);
  const exchange = await listened.next();
  expect(exchange).toMatchObject({
    request: undefined,
    method: undefined,
    target: undefined,
    complete: true,
  });
  expect(exchange.response?.status).toBe(status);
  expect(exchange.error).toBeInstanceOf(Error);
  expect(await client.readToEnd()).toContain(`HTTP/1.1 ${status} `);
  expect(listened.exchanges).toEqual([]);
});

it("tells of a request that was refused before its handler was called", async () => {
  await using listened = await listenTo(async () => expect.unreachable("called"), { maxBodyBytes: 3 });
  await using client = await rawClient(listened.server);
  await client.write("PUT /big HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  const exchange = await listened.next();
  expect(exchange).toMatchObject({
    method: "PUT",
    target: "/big",
    error: { code: "ERR_HTTP_BODY_TOO_LARGE" },
  });
  expect(exchange.response?.status).toBe(413);
  expect(requireFrom(exchange.context, { name: "cancellation" })).toBeDefined();
});

it("tells of no error where the answer says all that there is to say: to CONNECT", async () => {
  await using listened = await listenTo(async () => expect.unreachable("called"));
  await using client = await rawClient(listened.server);
  await client.write("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  using session = nodeSession(listened.server);
  expect((await ask(session, [":method", "CONNECT", ":authority", "a:1"])).status).toBe(405);
  for (const version of ["1.1", "2"]) {
    const exchange = await listened.next();
    expect(exchange).toMatchObject({ method: "CONNECT", version, complete: true, error: undefined });
    expect(exchange.response?.status).toBe(405);
  }
});

it("tells what a handler failed with", async () => {
  const failure = new Error("no");
  await using listened = await listenTo(() => Promise.reject(failure));
  await using client = await rawClient(listened.server);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const exchange = await listened.next();
  expect(exchange.response?.status).toBe(500);
  expect(exchange.error).toBe(failure);
});

it("tells of a client that went away before it was answered", async () => {
  const called = deferred<void>();
  await using listened = await listenTo(() => {
    called.resolve();
    return new Promise(() => {});
  });
  await using client = await rawClient(listened.server);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await called.promise;
  client.socket.resetAndDestroy();
  expect(await listened.next()).toMatchObject({
    target: "/",
    response: undefined,
    handlerMs: undefined,
    complete: false,
    error: { code: "ERR_HTTP_CLIENT_GONE" },
  });
});

it.each(["while its handler reads it", "behind the head of the answer"])(
  "tells of a request that its client has ended within its body as of one without a whole answer: %s",
  async (when) => {
    async function* parts(ended: Promise<unknown>) {
      yield Buffer.from("begun");
      await ended;
    }
    const called = deferred<void>();
    await using listened = await listenTo(async ({ body }) => {
      const read = readBody(body);
      called.resolve();
      return createResponse(when.startsWith("behind") ? parts(read) : await read);
    });
    await using client = await rawClient(listened.server, { allowHalfOpen: true });
    // Such a client takes the end of the connection for the end of its answer.
    await client.write("POST /half HTTP/1.0\r\nContent-Length: 10\r\n\r\nhello");
    await called.promise;
    if (when.startsWith("behind")) await client.readUntil("begun");
    client.end();
    const exchange = await listened.next();
    expect(exchange).toMatchObject({ complete: false, error: { code: "ERR_HTTP_INCOMPLETE_MESSAGE" } });
    expect(exchange.response?.status).toBe(when.startsWith("behind") ? 200 : undefined);
    if (when.startsWith("behind")) expect((await client.closed).error?.message).toContain("ECONNRESET");
    expect(listened.exchanges).toEqual([]);
  },
);

it("tells of nothing for a connection that brings no request", async () => {
  await using listened = await listenTo(async () => createResponse("ok"));
  await using client = await rawClient(listened.server);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await listened.next();
  client.socket.end();
  await client.readToEnd();
  expect(listened.exchanges).toEqual([]);
});

it("tells of an upgrade when what followed it is over", async () => {
  const over = deferred<void>();
  const handedOver = deferred<void>();
  await using listened = await listenTo(async () => {
    const response = createResponse(undefined, {
      status: 101,
      headers: { Connection: "upgrade", Upgrade: "other" },
    });
    response.upgraded = async (stream) => {
      handedOver.resolve();
      await over.promise;
      stream.destroy();
    };
    return response;
  });
  await using client = await rawClient(listened.server);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n");
  await handedOver.promise;
  expect(listened.exchanges).toEqual([]);
  over.resolve();
  expect(await listened.next()).toMatchObject({ complete: true, responseBytes: 0 });
});
