import { watchedDeadlines } from "@monolake/streams";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type Body, createResponse, readBody } from "../../src/index.ts";
import { get, post, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

/** A response body that tells when it is cancelled. */
function cancellable(): { readonly body: Body; readonly cancelled: Promise<unknown> } {
  const cancelled = deferred<unknown>();
  const body: Body = {
    length: -1,
    whole: undefined,
    trailers: undefined,
    pipe() {},
    resume() {},
    cancel: (reason) => cancelled.resolve(reason),
  };
  return { body, cancelled: cancelled.promise };
}

describe("a client that leaves", () => {
  it.each(["get", "post"])(
    "while the handler works: its context is cancelled, and the answer that comes later too (%s)",
    async (kind) => {
      const called = deferred();
      const reason = deferred<unknown>();
      const late = cancellable();
      await using server = await serve(async (_request, { cancellation }) => {
        cancellation.onCancel(reason.resolve);
        called.resolve();
        await reason.promise;
        const response = createResponse();
        response.body = late.body;
        return response;
      });
      await using client = await rawClient(server);
      if (kind === "get") void client.write(get());
      else void client.write(post("x".repeat(1000)));
      await called.promise;
      client.reset();
      expect(await reason.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
      expect(await late.cancelled).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
      await eventually(() => server.connections() === 0);
    },
  );

  it("while the answer is sent: its body is cancelled", async () => {
    const ended = deferred();
    async function* endless() {
      try {
        for (;;) {
          yield Buffer.alloc(1000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        ended.resolve();
      }
    }
    await using server = await serve(async () => createResponse(endless()));
    await using client = await rawClient(server);
    void client.write(get());
    await readHead(client);
    client.reset();
    await ended.promise;
    await eventually(() => server.connections() === 0);
  });

  it("in the middle of its body: the handler hears it", async () => {
    for (const how of ["reset", "end"] as const) {
      const outcome = deferred<unknown>();
      const called = deferred();
      await using server = await serve(async ({ body }) => {
        called.resolve();
        await readBody(body).then(outcome.resolve, outcome.resolve);
        return createResponse("x");
      });
      await using client = await rawClient(server);
      void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
      await called.promise;
      client[how]();
      const code = how === "reset" ? "ERR_HTTP_CLIENT_GONE" : "ERR_HTTP_INCOMPLETE_MESSAGE";
      expect(await outcome.promise).toMatchObject({ code });
      await eventually(() => server.connections() === 0);
    }
  });

  it("leaves nothing behind, wherever it was", async () => {
    const before = watchedDeadlines();
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)));
    const texts = ["", "G", get().slice(0, -2), get(), post("x").slice(0, -1), `${get()}${post("x")}G`];
    for (const text of texts) {
      for (const how of ["reset", "end"] as const) {
        await using client = await rawClient(server);
        void client.write(text);
        await eventually(() => server.connections() === 1);
        client[how]();
        await eventually(() => server.connections() === 0);
      }
    }
    expect(watchedDeadlines()).toBe(before);
  });
});

describe("many requests on one connection", () => {
  it("leave no listener, no deadline and no buffer behind", async () => {
    const signals: AbortSignal[] = [];
    const before = watchedDeadlines();
    let connectionListeners = () => -1;
    await using server = await serve(
      async ({ body }, context) => {
        // Whoever asks for a signal links the request's cancellation to the connection's.
        signals.push(context.cancellation.signal);
        const parent = (context.cancellation as unknown as { first: { listeners: unknown } }).first;
        connectionListeners = () => {
          if (parent.listeners === undefined) return 0;
          return parent.listeners instanceof Set ? parent.listeners.size : 1;
        };
        return createResponse(await readBody(body));
      },
      { maxRequestsPerConnection: 0 },
    );
    await using client = await rawClient(server);
    const [stream] = await eventually(() => server.streams().length === 1 && server.streams());
    for (let count = 0; count < 1000; count++) {
      const body = count % 100 === 0 ? "x".repeat(100_000) : String(count);
      void client.write(post(body));
      expect((await readResponse(client)).body === body).toBe(true);
    }
    expect(watchedDeadlines()).toBe(before + 1);
    expect(connectionListeners()).toBe(0);
    expect(stream?.ownBuffer).toBe(false);
    expect(stream?.pendingBytes).toBe(0);
    client.end();
    await eventually(() => server.connections() === 0);
    expect(watchedDeadlines()).toBe(before);
    expect(signals.some((signal) => signal.aborted)).toBe(false);
  });
});
