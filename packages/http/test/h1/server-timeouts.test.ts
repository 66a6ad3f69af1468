import { connect } from "node:net";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, Headers, HttpResponse, readBody } from "../../src/index.ts";
import { get, post, readHead, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const timeoutMs = 120;

describe("a client that is too slow", () => {
  it("for its first request is left without a word", async () => {
    await using server = await serve(async () => createResponse("x"), { headTimeoutMs: timeoutMs });
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
