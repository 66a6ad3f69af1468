import {
  deferred,
  encodeFields,
  encodeFrame,
  FuzzRandom,
  frameFlags,
  frameTypes,
  http2Preface,
  rawClient,
  rawHttp2Client,
  requestFields,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { ask, nodeSession } from "./node-client.ts";

const { data, headers, priority, rstStream, settings, ping, goaway, windowUpdate, continuation } = frameTypes;
const { endHeaders, endStream, ack } = frameFlags;
const [protocolError, flowControlError, streamClosed, frameSizeError, compressionError, calm] = [
  1, 3, 5, 6, 9, 11,
];
const pushPromise = 5;
const padded = 8;
const get = requestFields();

const echo = () => serve(async ({ body }) => createResponse(await readBody(body)));
const setting = (id: number, value: number) => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
};
const answered = [encodeFrame(headers, endHeaders | endStream, 1, get)];

describe("frames that a connection cannot go on with", () => {
  it.each<[string, Buffer[], number]>([
    ["DATA without a stream", [encodeFrame(data, 0, 0, Buffer.from("x"))], protocolError],
    ["DATA of a stream that is not open", [encodeFrame(data, 0, 5, Buffer.from("x"))], protocolError],
    ["HEADERS without a stream", [encodeFrame(headers, endHeaders, 0, get)], protocolError],
    ["HEADERS of a stream that is the server's", [encodeFrame(headers, endHeaders, 2, get)], protocolError],
    [
      "HEADERS of a stream that was left out",
      [encodeFrame(headers, endHeaders | endStream, 5, get), encodeFrame(headers, endHeaders, 3, get)],
      protocolError,
    ],
    ["RST_STREAM of a stream that is not open", [encodeFrame(rstStream, 0, 1, uint32(8))], protocolError],
    ["RST_STREAM of the wrong length", [encodeFrame(rstStream, 0, 1, Buffer.alloc(3))], frameSizeError],
    ["PRIORITY of the wrong length", [encodeFrame(priority, 0, 1, Buffer.alloc(4))], frameSizeError],
    ["SETTINGS of a stream", [encodeFrame(settings, 0, 1)], protocolError],
    ["SETTINGS of the wrong length", [encodeFrame(settings, 0, 0, Buffer.alloc(5))], frameSizeError],
    ["SETTINGS with more than there is", [encodeFrame(settings, 0, 0, Buffer.alloc(6 * 33))], calm],
    [
      "an acknowledgement with something in it",
      [encodeFrame(settings, ack, 0, setting(1, 1))],
      frameSizeError,
    ],
    ["ENABLE_PUSH of 2", [encodeFrame(settings, 0, 0, setting(2, 2))], protocolError],
    ["a window of 2^31", [encodeFrame(settings, 0, 0, setting(4, 2 ** 31))], flowControlError],
    [
      "a window of 2^31-1 for all streams, of which one has more already",
      [
        encodeFrame(headers, endHeaders, 1, requestFields([], "POST")),
        encodeFrame(windowUpdate, 0, 1, uint32(1)),
        encodeFrame(settings, 0, 0, setting(4, 2 ** 31 - 1)),
      ],
      flowControlError,
    ],
    ["frames of 16,383 bytes", [encodeFrame(settings, 0, 0, setting(5, 16_383))], protocolError],
    ["PUSH_PROMISE", [encodeFrame(pushPromise, endHeaders, 1, get)], protocolError],
    ["PING of the wrong length", [encodeFrame(ping, 0, 0, Buffer.alloc(7))], frameSizeError],
    ["GOAWAY of a stream", [encodeFrame(goaway, 0, 1, Buffer.alloc(8))], protocolError],
    ["WINDOW_UPDATE of 0", [encodeFrame(windowUpdate, 0, 0, uint32(0))], protocolError],
    ["WINDOW_UPDATE beyond 2^31-1", [encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1))], flowControlError],
    ["CONTINUATION of nothing", [encodeFrame(continuation, endHeaders, 1, get)], protocolError],
    [
      "a field block with another frame in it",
      [encodeFrame(headers, 0, 1, get), encodeFrame(ping, 0, 0, Buffer.alloc(8))],
      protocolError,
    ],
    [
      "a field block that is none",
      [encodeFrame(headers, endHeaders, 1, Buffer.from([0x80]))],
      compressionError,
    ],
    ["a frame of more than 16 KiB", [encodeFrame(data, 0, 1, Buffer.alloc(16_385))], frameSizeError],
    [
      "more padding than there is room for",
      [
        encodeFrame(headers, endHeaders, 1, requestFields([], "POST")),
        encodeFrame(data, padded, 1, Buffer.from([9])),
      ],
      protocolError,
    ],
  ])("%s", async (_what, frames, code) => {
    await using server = await echo();
    await using client = await rawHttp2Client(server);
    void client.connection.write(Buffer.concat(frames));
    expect(await client.goawayCode()).toBe(code);
    await client.connection.readToEnd();
  });

  it.each([
    ["DATA", encodeFrame(data, 0, 1, Buffer.from("x"))],
    ["HEADERS", encodeFrame(headers, endHeaders | endStream, 1, get)],
  ])("%s behind the end of a stream that was answered", async (_what, frame) => {
    await using server = await echo();
    await using client = await rawHttp2Client(server);
    void client.connection.write(answered[0] as Buffer);
    await client.readUntil(({ streamId, flags }) => streamId === 1 && (flags & endStream) !== 0);
    void client.connection.write(frame);
    expect(await client.goawayCode()).toBe(streamClosed);
  });

  it("a preface that is not HTTP/2's, where that was agreed on", async () => {
    await using server = await echo();
    await using client = await rawClient(server);
    void client.write(Buffer.concat([http2Preface, encodeFrame(ping, 0, 0, Buffer.alloc(8))]));
    // The first frame has to be SETTINGS.
    expect(await client.readToEnd()).toContain("the first frame is no SETTINGS");
  });
});

describe("frames that cost a stream", () => {
  it.each<[string, Buffer[], number]>([
    ["WINDOW_UPDATE of 0", [encodeFrame(windowUpdate, 0, 1, uint32(0))], protocolError],
    ["WINDOW_UPDATE beyond 2^31-1", [encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1))], flowControlError],
    ["fields behind the first that do not end it", [encodeFrame(headers, endHeaders, 1, get)], protocolError],
    [
      "a pseudo-header field in trailers",
      [encodeFrame(headers, endHeaders | endStream, 1, encodeFields([[":path", "/"]]))],
      protocolError,
    ],
    [
      "a control in trailers",
      [encodeFrame(headers, endHeaders | endStream, 1, encodeFields([["x-sum", "a\x01b"]]))],
      protocolError,
    ],
    [
      "more content than its window",
      Array.from({ length: 5 }, () => encodeFrame(data, 0, 1, Buffer.alloc(16_000))),
      flowControlError,
    ],
  ])("%s", async (_what, frames, code) => {
    await using server = await serve(async ({ target }) =>
      target === "/" ? new Promise<never>(() => {}) : createResponse("x"),
    );
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "POST"), { endStream: false });
    void client.connection.write(Buffer.concat(frames));
    const reset = await client.readUntil(({ type }) => type === rstStream);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([1, code]);
    // What is still on its way means nothing, and the connection goes on.
    client.send(data, endStream, 1, Buffer.from("late"));
    client.sendHeaders(3, requestFields([], "GET", "/other"));
    await client.readUntil(({ type, streamId }) => type === data && streamId === 3);
  });

  it("many, as their bodies are not needed: what is still on its way means nothing", async () => {
    const count = 400;
    await using server = await serve(async () => createResponse("x"), {
      http2: { maxConcurrentStreams: count },
      maxRequestsPerConnection: 0,
    });
    await using client = await rawHttp2Client(server);
    for (let left = count; left > 0; left -= 1)
      client.sendHeaders(2 * (count - left) + 1, requestFields([], "POST"), { endStream: false });
    await client.readUntil(({ type, streamId }) => type === rstStream && streamId === 2 * count - 1);
    client.send(data, endStream, 1, Buffer.from("late"));
    client.send(ping, 0, 0, Buffer.alloc(8));
    const { type } = await client.readUntil((frame) => frame.type === ping || frame.type === goaway);
    expect(type).toBe(ping);
  });

  it("one too many of them", async () => {
    await using server = await serve(async () => new Promise<never>(() => {}), {
      http2: { maxConcurrentStreams: 2 },
    });
    await using client = await rawHttp2Client(server);
    for (const streamId of [1, 3, 5]) client.sendHeaders(streamId, get);
    const reset = await client.readUntil(({ type }) => type === rstStream);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([5, 7]);
  });
});

describe("frames that are taken", () => {
  it("with padding, a priority, and of types that nobody knows", async () => {
    await using server = await echo();
    await using client = await rawHttp2Client(server);
    client.send(0xaa, 0xff, 7, Buffer.from("unknown"));
    client.send(priority, 0, 9, Buffer.from([0, 0, 0, 0, 15]));
    const block = Buffer.concat([
      Buffer.from([2, 0, 0, 0, 0, 15]),
      requestFields([], "POST"),
      Buffer.alloc(2),
    ]);
    client.send(headers, endHeaders | padded | 32, 1, block);
    client.send(data, padded | endStream, 1, Buffer.from("\x03hello\0\0\0", "latin1"));
    const { payload } = await client.readUntil(({ type }) => type === data);
    expect(payload.toString()).toBe("hello");
  });

  it("in pieces of one byte", async () => {
    await using server = await echo();
    await using client = await rawHttp2Client(server);
    const bytes = Buffer.concat([
      encodeFrame(headers, 0, 1, get.subarray(0, 5)),
      encodeFrame(continuation, endHeaders, 1, get.subarray(5)),
      encodeFrame(data, 0, 1, Buffer.from("hello ")),
      encodeFrame(data, endStream, 1, Buffer.from("there")),
    ]);
    for (const byte of bytes) await client.connection.write(Buffer.from([byte]));
    const { payload } = await client.readUntil(({ type }) => type === data);
    expect(payload.toString()).toBe("hello there");
  });

  it("with a table that is emptied and opened again in one SETTINGS: the answer acknowledges both", async () => {
    await using server = await serve(async () => createResponse("x"));
    await using client = await rawHttp2Client(server);
    client.send(settings, 0, 0, Buffer.concat([setting(1, 0), setting(1, 4096)]));
    client.sendHeaders(1, get);
    const { payload } = await client.readUntil(({ type }) => type === headers);
    expect(payload.toString("hex", 0, 4)).toBe("203fe11f");
  });

  it("as the window of SETTINGS opens and closes, and all streams in turn", async () => {
    const body = Buffer.alloc(100_000, "x");
    await using server = await serve(async () => createResponse(body));
    await using client = await rawHttp2Client(server);
    client.send(settings, 0, 0, setting(4, 1));
    for (const streamId of [1, 3]) client.sendHeaders(streamId, get);
    const lengthOf = async (wanted: number) => {
      const { payload } = await client.readUntil(
        ({ type, streamId }) => type === data && streamId === wanted,
      );
      return payload.length;
    };
    expect([await lengthOf(1), await lengthOf(3)]).toEqual([1, 1]);
    client.send(settings, 0, 0, setting(4, 40_001));
    const order: number[] = [];
    for (let bytes = 0; bytes < 65_533; ) {
      const { streamId, payload } = await client.readUntil(({ type }) => type === data);
      order.push(streamId);
      bytes += payload.length;
    }
    // The window of the connection is used up before the second one's own is.
    expect(order).toEqual([1, 3, 1, 3]);
  });
});

it("an end without content goes out, also when SETTINGS have made the window less than nothing", async () => {
  const go = deferred();
  async function* body() {
    yield Buffer.from("0123456789");
    await go.promise;
  }
  await using server = await serve(async () => createResponse(body()));
  await using client = await rawHttp2Client(server);
  client.sendHeaders(1, get);
  await client.readUntil(({ type }) => type === data);
  client.send(settings, 0, 0, setting(4, 0));
  await client.readUntil(({ type, flags }) => type === settings && flags === ack);
  go.resolve();
  const { payload, flags } = await client.readUntil(({ type }) => type === data);
  expect([payload.length, flags]).toEqual([0, endStream]);
  client.sendHeaders(3, get);
  await client.readUntil(({ type, streamId }) => type === headers && streamId === 3);
});

describe("bytes that are no frames", () => {
  it("break their own connection at most", async () => {
    await using server = await echo();
    const good = Buffer.concat([
      http2Preface,
      encodeFrame(settings, 0, 0, setting(4, 1000)),
      encodeFrame(headers, endHeaders, 1, requestFields([["content-length", "5"]], "POST")),
      encodeFrame(data, 0, 1, Buffer.from("hel")),
      encodeFrame(windowUpdate, 0, 0, uint32(1000)),
      encodeFrame(data, endStream, 1, Buffer.from("lo")),
      encodeFrame(ping, 0, 0, Buffer.alloc(8)),
    ]);
    const random = new FuzzRandom(1);
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const bad = Buffer.from(good);
        for (let count = random.integer(4) + 1; count > 0; count--)
          bad[http2Preface.length + random.integer(bad.length - http2Preface.length)] = random.integer(256);
        await using client = await rawClient(server);
        await client.write(bad);
        client.end();
        await client.readToEnd().catch(() => {});
      }),
    );
    using session = nodeSession(server);
    expect(await ask(session, { ":method": "POST", ":path": "/" }, "hello")).toMatchObject({ body: "hello" });
  });
});
