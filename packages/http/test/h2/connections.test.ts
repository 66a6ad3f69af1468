import { once } from "node:events";
import { watchedDeadlines } from "@monolake/streams";
import {
  deferred,
  encodeFrame,
  eventually,
  frameFlags,
  frameTypes,
  rawHttp2Client,
  requestFields,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpExchange, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { expectGone } from "./gone.ts";
import { answerOf, ask, nodeSession } from "./node-client.ts";

/** ENHANCE_YOUR_CALM. */
const calm = 11;

const hello = async () => createResponse("hello");

describe("a connection of HTTP/2", () => {
  it("takes as many requests at a time as it says, and leaves nothing behind", async () => {
    const before = watchedDeadlines();
    let working = 0;
    let most = 0;
    await using server = await serve(
      async () => {
        working += 1;
        most = Math.max(most, working);
        await new Promise((resolve) => setImmediate(resolve));
        working -= 1;
        return createResponse("x");
      },
      { http2: { maxConcurrentStreams: 10 } },
    );
    const session = nodeSession(server);
    await once(session, "remoteSettings");
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(session, { ":path": "/" })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(most).toBe(10);
    session.close();
    await expectGone(server);
    expect(watchedDeadlines()).toBe(before);
  });

  it("ends with GOAWAY when it is drained; what was asked is answered", async () => {
    const go = deferred();
    await using server = await serve(async () => {
      await go.promise;
      return createResponse("late");
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields());
    await eventually(() => server.connections() === 1);
    client.send(frameTypes.ping, 0, 0, Buffer.alloc(8));
    await client.readUntil(({ type, flags }) => type === frameTypes.ping && flags === frameFlags.ack);
    server.drain();
    // RFC 9113 section 6.8: it is announced first, and what was sent before that is heard of is still taken.
    const { payload: first } = await client.readUntil(({ type }) => type === frameTypes.goaway);
    expect([first.readUInt32BE(0), first.readUInt32BE(4)]).toEqual([2 ** 31 - 1, 0]);
    client.sendHeaders(3, requestFields());
    const ping = await client.readUntil(({ type }) => type === frameTypes.ping);
    client.send(frameTypes.ping, frameFlags.ack, 0, ping.payload);
    const { payload: last } = await client.readUntil(({ type }) => type === frameTypes.goaway);
    // What comes behind stream 3 may be sent elsewhere.
    expect([last.readUInt32BE(0), last.readUInt32BE(4)]).toEqual([3, 0]);
    // Whatever was on its way when the client heard of it means nothing.
    client.sendHeaders(5, requestFields([], "POST"), { endStream: false });
    client.send(frameTypes.data, 0, 5, Buffer.from("lost"));
    client.send(frameTypes.windowUpdate, 0, 5, uint32(1));
    client.send(frameTypes.rstStream, 0, 5, uint32(8));
    client.sendHeaders(7, requestFields());
    client.send(frameTypes.ping, 0, 0, Buffer.alloc(8));
    await client.readUntil(({ type, flags }) => type === frameTypes.ping && flags === frameFlags.ack);
    go.resolve();
    await client.readUntil(({ type, streamId }) => type === frameTypes.data && streamId === 3);
    await client.connection.readToEnd();
    const answered = client.frames.filter(({ type }) => type === frameTypes.data);
    expect(answered.map(({ streamId }) => streamId)).toEqual([1, 3]);
    client.connection.end();
    await expectGone(server);
  });

  it("that has only just begun when it is drained has one request answered", async () => {
    await using server = await serve(hello);
    const session = nodeSession(server);
    await once(session, "remoteSettings");
    server.drain();
    expect((await ask(session, { ":path": "/" })).body).toBe("hello");
    await expectGone(server);
  });

  it("ends after as many requests as it may have", async () => {
    await using server = await serve(hello, { maxRequestsPerConnection: 3 });
    const session = nodeSession(server);
    const goaway = once(session, "goaway");
    for (let count = 0; count < 3; count++) expect((await ask(session, { ":path": "/" })).body).toBe("hello");
    expect((await goaway)[0]).toBe(0);
    await expectGone(server);
  });

  it("ends when it is old enough", async () => {
    await using server = await serve(hello, { maxConnectionAgeMs: 50 });
    const session = nodeSession(server);
    expect((await once(session, "goaway"))[0]).toBe(0);
    await expectGone(server);
  });

  it("tells of each exchange when it is over", async () => {
    const exchanges: HttpExchange[] = [];
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)), {
      onExchange: (exchange) => void exchanges.push(exchange),
    });
    using session = nodeSession(server);
    await ask(session, { ":method": "POST", ":path": "/a" }, "hello");
    await ask(session, { ":path": "/#" });
    await eventually(() => exchanges.length === 2);
    expect(exchanges[0]).toMatchObject({
      method: "POST",
      target: "/a",
      version: "2",
      requestBytes: 5,
      responseBytes: 5,
      complete: true,
      error: undefined,
    });
    expect(exchanges[0]?.response?.status).toBe(200);
    expect(exchanges[1]).toMatchObject({ method: undefined, complete: true, response: { status: 400 } });
    expect(exchanges[1]?.error).toMatchObject({ code: "ERR_HTTP_REQUEST_HEAD" });
  });
});

describe("time on a connection of HTTP/2", () => {
  const drained = async (server: Parameters<typeof expectGone>[0]) => {
    await using client = await rawHttp2Client(server);
    const { payload } = await client.readUntil(({ type }) => type === frameTypes.goaway);
    await client.connection.readToEnd();
    return payload.readUInt32BE(4);
  };

  it("ends for a client that asks nothing", async () => {
    await using server = await serve(hello, { firstByteTimeoutMs: 50 });
    expect(await drained(server)).toBe(0);
  });

  it.each([
    ["frames of it", [encodeFrame(frameTypes.headers, frameFlags.endStream, 1, requestFields())]],
    [
      "a frame of it",
      [encodeFrame(frameTypes.headers, frameFlags.endStream, 1, requestFields()).subarray(0, 20)],
    ],
  ])("ends for one that sends half a head: %s are missing", async (_what, frames) => {
    await using server = await serve(async () => new Promise<never>(() => {}), { headTimeoutMs: 50 });
    await using client = await rawHttp2Client(server);
    // A stream that lasts does not keep it.
    client.sendHeaders(3, requestFields(), { endStream: true });
    for (const bytes of frames)
      void client.connection.write(
        Buffer.concat([bytes.subarray(0, 8), Buffer.from([5]), bytes.subarray(9)]),
      );
    expect(await client.goawayCode()).toBe(calm);
    await client.connection.readToEnd();
  });

  it("goes on for one whose writes always end in the middle of a head", async () => {
    await using server = await serve(hello, { headTimeoutMs: 100 });
    await using client = await rawHttp2Client(server);
    const cut = 20;
    let rest: Buffer = Buffer.alloc(0);
    const untilMs = performance.now() + 400;
    for (let streamId = 1; performance.now() < untilMs; streamId += 2) {
      const frame = encodeFrame(
        frameTypes.headers,
        frameFlags.endHeaders | frameFlags.endStream,
        streamId,
        requestFields(),
      );
      await client.connection.write(Buffer.concat([rest, frame.subarray(0, cut)]));
      rest = frame.subarray(cut);
      if (streamId > 1)
        await client.readUntil((read) => read.type === frameTypes.data && read.streamId === streamId - 2);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(client.frames.some(({ type }) => type === frameTypes.goaway)).toBe(false);
  });

  it("ends for one that asks nothing more", async () => {
    await using server = await serve(hello, { keepAliveTimeoutMs: 50 });
    using session = nodeSession(server);
    const goaway = once(session, "goaway");
    await ask(session, { ":path": "/" });
    expect((await goaway)[0]).toBe(0);
    await expectGone(server);
  });

  it.each([
    ["comes no more", { bodyIdleTimeoutMs: 50, minBodyBytesPerSecond: 0 }, "more of its body"],
    ["comes too slowly", { bodyRateGraceMs: 50 }, "a body of at least 500 bytes/s"],
  ])("ends for a body that %s: 408, and the connection goes on", async (_how, options, waitingFor) => {
    const outcome = deferred<unknown>();
    await using server = await serve(async ({ body }) => {
      await readBody(body).then(outcome.resolve, outcome.resolve);
      return createResponse("late");
    }, options);
    using session = nodeSession(server);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.write("x");
    expect((await answerOf(stream)).status).toBe(408);
    expect(await outcome.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_TIMEOUT", waitingFor });
    expect((await ask(session, { ":path": "/" })).status).toBe(200);
  });

  it("does not run while nobody takes the body", async () => {
    await using server = await serve(
      async ({ body }) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return createResponse(await readBody(body));
      },
      { bodyIdleTimeoutMs: 100, bodyRateGraceMs: 100 },
    );
    using session = nodeSession(server);
    expect((await ask(session, { ":method": "POST", ":path": "/" }, "hello")).status).toBe(200);
  });

  it("ends for an answer that is not taken: the stream is reset", async () => {
    const problems: unknown[] = [];
    await using server = await serve(async () => createResponse(Buffer.alloc(1024 * 1024)), {
      writeStallTimeoutMs: 50,
      onExchange: ({ error }) => void problems.push(error),
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields());
    // 65,535 bytes are all that the client lets come.
    const { streamId, payload } = await client.readUntil(({ type }) => type === frameTypes.rstStream);
    expect([streamId, payload.readUInt32BE(0)]).toEqual([1, 8]);
    expect(problems[0]).toMatchObject({ code: "ERR_HTTP_CLIENT_TIMEOUT", waitingFor: "its response" });
    // It was the only one, and so the connection ends.
    await client.readUntil(({ type }) => type === frameTypes.goaway);
    await client.connection.readToEnd();
  });

  it("goes on for an answer that is taken slowly", async () => {
    await using server = await serve(async () => createResponse(Buffer.alloc(300_000)), {
      writeStallTimeoutMs: 150,
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields());
    client.send(frameTypes.windowUpdate, 0, 0, uint32(1_000_000));
    let bytes = 0;
    while (bytes < 300_000) {
      const frame = await client.readFrame();
      expect(frame.type).not.toBe(frameTypes.rstStream);
      if (frame.type !== frameTypes.data) continue;
      bytes += frame.payload.length;
      if (bytes % 65_535 === 0 && bytes > 0) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        client.send(frameTypes.windowUpdate, 0, 1, uint32(65_535));
      }
    }
    expect(bytes).toBe(300_000);
  });

  it("ends for a request altogether: 504, or 408 while its body is incomplete", async () => {
    await using server = await serve(
      async ({ body, method }) => {
        if (method === "POST") await readBody(body);
        else await new Promise(() => {});
        return createResponse();
      },
      { requestTimeoutMs: 50 },
    );
    using session = nodeSession(server);
    expect((await ask(session, { ":path": "/" })).status).toBe(504);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.write("x");
    expect((await answerOf(stream)).status).toBe(408);
  });
});
