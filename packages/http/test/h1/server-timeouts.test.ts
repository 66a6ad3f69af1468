import { connect } from "node:net";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, Headers, HttpResponse, readBody } from "../../src/index.ts";
import { get, post, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const timeoutMs = 120;

describe("a client that is too slow", () => {
  it("for its first request is left without a word", async () => {
    await using server = await serve(async () => createResponse("x"), { firstByteTimeoutMs: timeoutMs });
    const startMs = performance.now();
    await using client = await rawClient(server);
    expect(await client.readToEnd()).toBe("");
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs - 1);
  });

  it("for the rest of a head is answered with 408, however often it sends a byte", async () => {
    await using server = await serve(async () => createResponse("x"), { headTimeoutMs: timeoutMs });
    await using client = await rawClient(server);
    void client.write("GET / HTTP/1.1\r\nHost: x\r\nX: ");
    const drip = setInterval(() => void client.write("y"), 20);
    const response = await readResponse(client);
    clearInterval(drip);
    expect(response).toMatchObject({ status: 408, headers: { connection: "close" } });
    expect(await client.readToEnd()).toBe("");
  });

  it("for its next request is left without a word", async () => {
    await using server = await serve(async () => createResponse("x"), { keepAliveTimeoutMs: timeoutMs });
    await using client = await rawClient(server);
    void client.write(get());
    await readResponse(client);
    expect(await client.readToEnd()).toBe("");
  });

  it.each([true, false])(
    "for more of a body is answered with 408; read by the handler: %s",
    async (readIt) => {
      const cancelled = deferred<unknown>();
      await using server = await serve(
        async ({ body }, { cancellation }) => {
          cancellation.onCancel(cancelled.resolve);
          if (readIt) await readBody(body);
          else body.cancel();
          await cancelled.promise;
          return createResponse("too late");
        },
        { bodyIdleTimeoutMs: timeoutMs },
      );
      await using client = await rawClient(server);
      void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
      expect(await readResponse(client)).toMatchObject({ status: 408, headers: { connection: "close" } });
      expect(await cancelled.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_TIMEOUT" });
    },
  );

  it("for a body that trickles is answered with 408, however often it sends a byte", async () => {
    const broken = deferred<unknown>();
    await using server = await serve(
      async ({ body }) => {
        await readBody(body).catch(broken.resolve);
        return createResponse("too late");
      },
      { minBodyBytesPerSecond: 1_000, bodyRateGraceMs: timeoutMs },
    );
    await using client = await rawClient(server);
    const startMs = performance.now();
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
    const drip = setInterval(() => void client.write("y"), 20);
    const response = await readResponse(client);
    clearInterval(drip);
    expect(response).toMatchObject({ status: 408, headers: { connection: "close" } });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs - 1);
    expect(await broken.promise).toMatchObject({
      code: "ERR_HTTP_CLIENT_TIMEOUT",
      waitingFor: "a body of at least 1000 bytes/s",
    });
  });

  it("for a body is not blamed for the time in which nobody takes the body", async () => {
    const started = deferred<void>();
    const taken = deferred<void>();
    await using server = await serve(
      async ({ body }) => {
        started.resolve();
        await taken.promise;
        return createResponse(`${(await readBody(body)).length}`);
      },
      { minBodyBytesPerSecond: 1_000_000, bodyRateGraceMs: timeoutMs },
    );
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    await started.promise;
    const startMs = performance.now();
    await eventually(() => performance.now() - startMs > 3 * timeoutMs);
    taken.resolve();
    void client.write("again");
    expect(await readResponse(client)).toMatchObject({ status: 200, body: "10" });
  });

  it("for a body that is being answered already breaks the connection", async () => {
    await using server = await serve(
      async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body),
      { bodyIdleTimeoutMs: timeoutMs },
    );
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    await readHead(client);
    await client.closed;
    expect(client.unread).toBe("hello");
  });

  it("for the rest of a body that is read away breaks the connection", async () => {
    await using server = await serve(async () => createResponse("early"), { bodyIdleTimeoutMs: timeoutMs });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    expect((await readResponse(client)).body).toBe("early");
    await client.closed;
  });

  it("to take a response breaks the connection, and the handler's body ends", async () => {
    const ended = deferred();
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        ended.resolve();
      }
    }
    await using server = await serve(async () => createResponse(endless()), {
      writeStallTimeoutMs: timeoutMs,
    });
    await using client = await rawClient(server);
    client.pause();
    void client.write(get());
    await ended.promise;
    await eventually(() => server.connections() === 0);
  });

  it("to take a response breaks the connection also while it still sends", async () => {
    await using server = await serve(
      async ({ body }) => new HttpResponse(200, "OK", "1.1", new Headers(), body),
      {
        writeStallTimeoutMs: timeoutMs,
        bodyIdleTimeoutMs: 60_000,
      },
    );
    await using client = await rawClient(server);
    client.pause();
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
    void client.write(Buffer.alloc(50_000_000));
    await eventually(() => server.connections() === 0);
  });

  it("to take a large response that is here at once breaks the connection", async () => {
    const large = Buffer.alloc(32 * 1024 * 1024);
    await using server = await serve(async () => createResponse(large), { writeStallTimeoutMs: timeoutMs });
    await using client = await rawClient(server);
    client.pause();
    void client.write(get());
    await eventually(() => server.connections() === 1);
    await eventually(() => server.connections() === 0);
  });

  it("but takes something now and then is waited for", async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, "x");
    await using server = await serve(async () => createResponse(large), { writeStallTimeoutMs: 1000 });
    const socket = connect(server);
    socket.pause();
    socket.write(get());
    // A megabyte at a time: longer altogether than the timeout. (The kernel tells the server in large steps.)
    let bytes = 0;
    let sip = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes >= sip) socket.pause();
    });
    const sips = setInterval(() => {
      sip = bytes + 1024 * 1024;
      socket.resume();
    }, 100);
    await eventually(() => bytes > large.length, { timeoutMs: 18_000 }).finally(() => clearInterval(sips));
    socket.destroy();
  });
});

describe("time that is not the client's", () => {
  it("is not measured: the handler may think as long as it likes", async () => {
    const options = {
      headTimeoutMs: 60,
      keepAliveTimeoutMs: 60,
      bodyIdleTimeoutMs: 60,
      writeStallTimeoutMs: 60,
    };
    const waited = async () => {
      const untilMs = performance.now() + 300;
      await eventually(() => performance.now() > untilMs);
    };
    await using server = await serve(async ({ body }) => {
      await waited();
      const text = await readBody(body);
      return createResponse(
        (async function* () {
          await waited();
          yield text;
        })(),
      );
    }, options);
    await using client = await rawClient(server);
    void client.write(post("x".repeat(100_000)));
    expect((await readResponse(client)).body.length).toBe(100_000);
  });

  it("0 switches a timeout off", async () => {
    await using server = await serve(async () => createResponse("x"), {
      headTimeoutMs: 0,
      keepAliveTimeoutMs: 0,
      bodyIdleTimeoutMs: 0,
      writeStallTimeoutMs: 0,
    });
    await using client = await rawClient(server);
    void client.write(get());
    expect((await readResponse(client)).status).toBe(200);
  });
});

describe("a request that takes too long altogether", () => {
  it("is answered with 504, and its handler is told", async () => {
    const cancelled = deferred<unknown>();
    await using server = await serve(
      async (_request, { cancellation }) => {
        cancellation.onCancel(cancelled.resolve);
        await cancelled.promise;
        return createResponse("too late");
      },
      { requestTimeoutMs: timeoutMs },
    );
    await using client = await rawClient(server);
    void client.write(get());
    expect(await readResponse(client)).toMatchObject({ status: 504, headers: { connection: "close" } });
    expect(await cancelled.promise).toMatchObject({ code: "ERR_HTTP_REQUEST_TIMEOUT", timeoutMs });
  });

  it("is answered with 408 while its body is incomplete, however fast that comes", async () => {
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)), {
      requestTimeoutMs: timeoutMs,
      minBodyBytesPerSecond: 1,
    });
    await using client = await rawClient(server);
    void client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
    const stream = setInterval(() => void client.write("yyyy"), 20);
    expect(await readResponse(client)).toMatchObject({ status: 408 });
    clearInterval(stream);
  });

  it("breaks off in the middle of its answer, so that half of it is not taken for all", async () => {
    const failed = deferred<unknown>();
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("begin");
      await failed.promise;
    }
    await using server = await serve(async () => createResponse(endless()), {
      requestTimeoutMs: timeoutMs,
      onExchange: ({ error }) => failed.resolve(error),
    });
    await using client = await rawClient(server);
    void client.write("GET / HTTP/1.0\r\n\r\n");
    await client.readUntil("begin");
    await expect(client.readToEnd()).rejects.toThrow("ECONNRESET");
    expect(await failed.promise).toMatchObject({ code: "ERR_HTTP_REQUEST_TIMEOUT" });
  });

  it("has its time for itself: the next one on the connection begins anew", async () => {
    await using server = await serve(async () => createResponse("x"), { requestTimeoutMs: timeoutMs });
    await using client = await rawClient(server);
    for (let count = 0; count < 4; count += 1) {
      void client.write(get());
      expect(await readResponse(client)).toMatchObject({ status: 200 });
      const startMs = performance.now();
      await eventually(() => performance.now() - startMs > timeoutMs / 2);
    }
  });
});
