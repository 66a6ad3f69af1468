import {
  encodeFrame,
  frameFlags,
  frameTypes,
  type RawHttp2Client,
  rawHttp2Client,
  requestFields,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";

const { data, headers, ping, priority, rstStream, settings, windowUpdate } = frameTypes;
const { ack, endHeaders, endStream } = frameFlags;
/** ENHANCE_YOUR_CALM. */
const calm = 11;
const limits = { http2: { maxOffences: 20, windowMs: 600_000 } };
const large = Buffer.alloc(4 * 1024 * 1024);

const serveLarge = () =>
  serve(
    async ({ target }) => createResponse(target === "/" ? large : target === "/small" ? "x" : target),
    limits,
  );

/** Sends a frame until the connection has ended; its code. */
async function flood(client: RawHttp2Client, frame: Buffer): Promise<number> {
  const many = Buffer.concat(Array.from({ length: 1000 }, () => frame));
  void client.connection.write(many);
  return client.goawayCode();
}

describe("frames that carry nothing end a connection when there are too many", () => {
  it.each<[string, Buffer]>([
    ["PRIORITY", encodeFrame(priority, 0, 1, Buffer.from([0, 0, 0, 0, 15]))],
    ["WINDOW_UPDATE of the connection", encodeFrame(windowUpdate, 0, 0, uint32(1))],
    ["WINDOW_UPDATE of a stream that is over", encodeFrame(windowUpdate, 0, 1, uint32(1))],
    ["RST_STREAM of a stream that is over", encodeFrame(rstStream, 0, 1, uint32(8))],
    ["acknowledgements of SETTINGS", encodeFrame(settings, ack, 0)],
    ["acknowledgements of PING", encodeFrame(ping, ack, 0, Buffer.alloc(8))],
    ["frames of a type that nobody knows", encodeFrame(0xaa, 0, 0)],
  ])("%s", async (_what, frame) => {
    await using server = await serveLarge();
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "GET", "/small"));
    await client.readUntil(({ type, flags }) => type === data && (flags & endStream) !== 0);
    expect(await flood(client, frame)).toBe(calm);
    await client.connection.readToEnd();
  });

  it("content of a stream that was reset here", async () => {
    await using server = await serveLarge();
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "POST", "/small"), { endStream: false });
    await client.readUntil(({ type }) => type === rstStream);
    expect(await flood(client, encodeFrame(data, 0, 1, Buffer.from("x")))).toBe(calm);
  });

  it("requests behind the last one that is answered", async () => {
    await using server = await serve(
      async ({ target }) => (target === "/" ? new Promise<never>(() => {}) : createResponse("x")),
      limits,
    );
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields());
    await client.readUntil(({ type, flags }) => type === settings && flags === ack);
    server.drain();
    const asked = await client.readUntil(({ type }) => type === ping);
    client.send(ping, ack, 0, asked.payload);
    const requests: Buffer[] = [];
    for (let streamId = 3; streamId < 2000; streamId += 2)
      requests.push(encodeFrame(headers, endHeaders | endStream, streamId, requestFields()));
    void client.connection.write(Buffer.concat(requests));
    expect(await client.goawayCode()).toBe(calm);
  });
});

describe("a window that is opened by one byte at a time", () => {
  /** A client whose large answer waits for the stream's window. */
  async function stalledAnswer(server: Awaited<ReturnType<typeof serveLarge>>) {
    const client = await rawHttp2Client(server);
    client.send(settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0]));
    client.send(windowUpdate, 0, 0, uint32(2 ** 30));
    client.sendHeaders(1, requestFields());
    await client.readUntil(({ type }) => type === headers);
    return client;
  }

  it("makes one frame of what was opened together", async () => {
    await using server = await serveLarge();
    await using client = await stalledAnswer(server);
    const one = encodeFrame(windowUpdate, 0, 1, uint32(1));
    await client.connection.write(Buffer.concat(Array.from({ length: 40 }, () => one)));
    const { payload } = await client.readUntil(({ type }) => type === data);
    expect(payload.length).toBe(40);
  });

  it("ends the connection when that goes on", async () => {
    await using server = await serveLarge();
    await using client = await stalledAnswer(server);
    let frames = 0;
    for (;;) {
      client.send(windowUpdate, 0, 1, uint32(1));
      const { type, payload } = await client.readUntil(({ type }) => type === data || type === 7);
      if (type === data) frames += 1;
      else {
        expect(payload.readUInt32BE(4)).toBe(calm);
        break;
      }
    }
    expect(frames).toBeLessThan(200);
  });
});

it("a download goes on whose client answers each frame with two WINDOW_UPDATEs and a ping, as gRPC does", async () => {
  await using server = await serveLarge();
  await using client = await rawHttp2Client(server);
  client.sendHeaders(1, requestFields());
  for (let bytes = 0; bytes < large.length; ) {
    const { payload } = await client.readUntil(({ type }) => type === data);
    bytes += payload.length;
    for (const streamId of [0, 1]) client.send(windowUpdate, 0, streamId, uint32(payload.length));
    client.send(ping, 0, 0, Buffer.alloc(8));
  }
  client.sendHeaders(3, requestFields([], "GET", "/small"));
  await client.readUntil(({ type, streamId }) => type === data && streamId === 3);
});
