import {
  deferred,
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  RawHttp2Client,
  startRawServer,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest, readBody } from "../../src/index.ts";
import { connect } from "./client-connection.ts";

const { continuation, data, goaway, headers, ping, priority, rstStream, settings, windowUpdate } = frameTypes;
const { ack, endHeaders, endStream } = frameFlags;
const pushPromise = 5;
const [protocolError, flowControlError, frameSizeError, compressionError, calm] = [1, 3, 6, 9, 11];

const get = (target = "/") => createRequest({ target, headers: { Host: "example.com" } });
const head = (streamId: number, status = "200", flags = 0) =>
  encodeFrame(headers, endHeaders | flags, streamId, encodeFields([[":status", status]]));

/** A server of raw frames, and the code of the GOAWAY with an error that it is told, for each connection. */
async function rawUpstream(script: (peer: RawHttp2Client) => Promise<void> | void) {
  const codes: Promise<number>[] = [];
  const server = await startRawServer(async (connection) => {
    await connection.readExactly(24);
    const peer = new RawHttp2Client(connection);
    peer.send(settings, 0, 0);
    await peer.readUntil(({ type }) => type === headers);
    const code = peer.goawayCode();
    codes.push(code);
    await script(peer);
    await code;
    await connection.closed;
  });
  return Object.assign(server, { codes });
}

describe("an upstream that floods its connection", () => {
  it.each<[string, Buffer, number]>([
    ["pings", encodeFrame(ping, 0, 0, Buffer.alloc(8)), calm],
    ["settings", encodeFrame(settings, 0, 0), calm],
    ["acknowledgements of settings", encodeFrame(settings, ack, 0), calm],
    ["WINDOW_UPDATEs by one", encodeFrame(windowUpdate, 0, 0, uint32(1)), calm],
    ["WINDOW_UPDATEs of a stream by one", encodeFrame(windowUpdate, 0, 1, uint32(1)), calm],
    ["priorities", encodeFrame(priority, 0, 1, Buffer.from([0, 0, 0, 0, 15])), calm],
    ["GOAWAY", encodeFrame(goaway, 0, 0, Buffer.from("7fffffff00000000", "hex")), calm],
    ["frames of a type that nobody knows", encodeFrame(0xaa, 0, 0), calm],
    ["PUSH_PROMISE", encodeFrame(pushPromise, endHeaders, 1, Buffer.from([0, 0, 0, 2])), protocolError],
    [
      "fields without end",
      Buffer.concat([encodeFrame(headers, 0, 1), encodeFrame(continuation, 0, 1, Buffer.alloc(100, 0x88))]),
      protocolError,
    ],
  ])("with %s fails its requests, and is told why", async (_what, frame, code) => {
    await using server = await rawUpstream(({ connection }) => {
      void connection.write(Buffer.concat(Array.from({ length: 1000 }, () => frame)));
    });
    await using client = await connect(server.address);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
    expect(await server.codes[0]).toBe(code);
    expect(client.connection.hasRoom).toBe(false);
    await client.closed;
  });

  it("with continuations fails its requests", async () => {
    await using server = await rawUpstream(({ connection }) => {
      const more = encodeFrame(continuation, 0, 1, encodeFields([["x", "y"]]));
      void connection.write(
        Buffer.concat([encodeFrame(headers, 0, 1), ...Array.from({ length: 100 }, () => more)]),
      );
    });
    await using client = await connect(server.address);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
    expect(await server.codes[0]).toBe(calm);
  });

  it("with empty frames of data breaks its responses off", async () => {
    await using server = await rawUpstream(({ connection }) => {
      const empty = encodeFrame(data, 0, 1);
      void connection.write(Buffer.concat([head(1), ...Array.from({ length: 1000 }, () => empty)]));
    });
    await using client = await connect(server.address);
    const { body } = await client.send(get());
    await expect(readBody(body)).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
    expect(await server.codes[0]).toBe(calm);
  });

  it.each<[string, Buffer]>([
    ["resets of a stream that is over", encodeFrame(rstStream, 0, 1, uint32(8))],
    ["content of a stream that is over", encodeFrame(data, 0, 1, Buffer.from("x"))],
    ["fields of a stream that is over", head(1)],
    ["WINDOW_UPDATEs of a stream that is over", encodeFrame(windowUpdate, 0, 1, uint32(1))],
  ])("with %s loses its connection", async (_what, frame) => {
    await using server = await rawUpstream(({ connection }) => {
      void connection.write(
        Buffer.concat([head(1, "204", endStream), ...Array.from({ length: 1000 }, () => frame)]),
      );
    });
    await using client = await connect(server.address);
    expect((await client.send(get())).status).toBe(204);
    expect(await server.codes[0]).toBe(calm);
    await client.closed;
  });

  it("with interim responses fails the one request, and keeps its connection", async () => {
    const server = await startRawServer(async (connection) => {
      await connection.readExactly(24);
      const peer = new RawHttp2Client(connection);
      peer.send(settings, 0, 0);
      await peer.readUntil(({ type }) => type === headers);
      void connection.write(Buffer.concat(Array.from({ length: 110 }, () => head(1, "103"))));
      await peer.readUntil(({ type, streamId }) => type === headers && streamId === 3);
      void connection.write(head(3, "204", endStream));
      await connection.closed;
    });
    await using _ = server;
    await using client = await connect(server.address);
    await expect(client.send(get())).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_PROTOCOL",
      message: expect.stringContaining("interim"),
    });
    expect((await client.send(get())).status).toBe(204);
  });
});

it("an upstream may end thousands of responses with an empty frame in front of their trailers, as Node.js does it", async () => {
  const count = 500;
  await using server = await startRawServer(async (connection) => {
    await connection.readExactly(24);
    const peer = new RawHttp2Client(connection);
    peer.send(settings, 0, 0);
    for (let streamId = 1; streamId < 2 * count; streamId += 2) {
      await peer.readUntil(({ type, streamId: id }) => type === headers && id === streamId);
      const trailers = encodeFrame(
        headers,
        endHeaders | endStream,
        streamId,
        encodeFields([["grpc-status", "0"]]),
      );
      void connection.write(
        Buffer.concat([
          head(streamId),
          encodeFrame(data, 0, streamId, Buffer.from("x")),
          encodeFrame(data, 0, streamId),
          encodeFrame(ping, 0, 0, Buffer.alloc(8)),
          trailers,
        ]),
      );
    }
    await connection.closed;
  });
  await using client = await connect(server.address);
  for (let left = count; left > 0; left -= 1) {
    const { body } = await client.send(get());
    expect(String(await readBody(body))).toBe("x");
  }
});

describe("an upstream that does what no server may", () => {
  const more = Array.from({ length: 9 }, () => encodeFrame(data, 0, 1, Buffer.alloc(16_000)));
  const setting = (id: number, value: number) =>
    encodeFrame(settings, 0, 0, Buffer.concat([Buffer.from([0, id]), uint32(value)]));

  it.each<[string, Buffer[], number]>([
    ["opens a stream", [head(2, "200")], protocolError],
    ["answers what was not asked", [head(3)], protocolError],
    ["sends content of what was not asked", [encodeFrame(data, 0, 3, Buffer.from("x"))], protocolError],
    ["resets what was not asked", [encodeFrame(rstStream, 0, 3, uint32(8))], protocolError],
    ["opens the window of what was not asked", [encodeFrame(windowUpdate, 0, 3, uint32(1))], protocolError],
    ["opens the connection's window by nothing", [encodeFrame(windowUpdate, 0, 0, uint32(0))], protocolError],
    [
      "opens the connection's window too far",
      [encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1))],
      flowControlError,
    ],
    ["has windows that are too large", [setting(4, 2 ** 31)], flowControlError],
    [
      "makes the windows of open streams too large",
      [encodeFrame(windowUpdate, 0, 1, uint32(1)), setting(4, 2 ** 31 - 1)],
      flowControlError,
    ],
    ["has frames that are too small", [setting(5, 16_383)], protocolError],
    ["sends frames that are too large", [encodeFrame(data, 0, 1, Buffer.alloc(16_385))], frameSizeError],
    ["speaks HTTP/1.1", [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], frameSizeError],
    [
      "refers to fields that were not sent",
      [encodeFrame(headers, endHeaders, 1, Buffer.from([0xbe]))],
      compressionError,
    ],
    [
      "has a table of fields that is larger than it may be",
      [encodeFrame(headers, endHeaders, 1, Buffer.from([0x3f, 0xe2, 0x1f]))],
      compressionError,
    ],
    [
      "interrupts a field block",
      [encodeFrame(headers, 0, 1, Buffer.from([0x88])), encodeFrame(ping, 0, 0, Buffer.alloc(8))],
      protocolError,
    ],
  ])("%s: its connection ends, and the request fails", async (_what, frames, code) => {
    await using server = await rawUpstream(({ connection }) => {
      void connection.write(Buffer.concat(frames));
    });
    await using client = await connect(server.address);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
    expect(await server.codes[0]).toBe(code);
    await client.closed;
  });

  it.each<[string, Buffer[], number]>([
    ["sends more than a window that nobody opens", [head(1), ...more], flowControlError],
    [
      "opens the stream's window by nothing",
      [head(1), encodeFrame(windowUpdate, 0, 1, uint32(0))],
      protocolError,
    ],
    [
      "opens the stream's window too far",
      [head(1), encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1))],
      flowControlError,
    ],
    ["goes on behind the end", [head(1), encodeFrame(headers, endHeaders, 1, encodeFields([["x", "y"]]))], 8],
    [
      "has a second head behind content",
      [head(1), encodeFrame(data, 0, 1, Buffer.from("x")), head(1, "200", endStream)],
      8,
    ],
  ])("%s: the response breaks off, and the connection goes on", async (_what, frames, code) => {
    const reset = deferred<number>();
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(24);
      const peer = new RawHttp2Client(connection);
      peer.send(settings, 0, 0);
      await peer.readUntil(({ type }) => type === headers);
      void connection.write(Buffer.concat(frames));
      const { payload } = await peer.readUntil(({ type }) => type === rstStream);
      reset.resolve(payload.readUInt32BE(0));
      await peer.readUntil(({ type, streamId }) => type === headers && streamId === 3);
      void connection.write(head(3, "204", endStream));
      await connection.closed;
    });
    await using client = await connect(server.address);
    const { body } = await client.send(get());
    expect(await reset.promise).toBe(code);
    await expect(readBody(body)).rejects.toMatchObject({ code: /^ERR_HTTP_/ });
    expect((await client.send(get())).status).toBe(204);
  });

  it("answers what its GOAWAY has given up: nobody hears of it, as that was sent elsewhere", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(24);
      const peer = new RawHttp2Client(connection);
      peer.send(settings, 0, 0);
      await peer.readUntil(({ type, streamId }) => type === headers && streamId === 3);
      const last = Buffer.from("0000000100000000", "hex");
      void connection.write(
        Buffer.concat([
          encodeFrame(goaway, 0, 0, last),
          head(3, "204", endStream),
          head(1, "204", endStream),
        ]),
      );
      await connection.closed;
    });
    await using client = await connect(server.address);
    const [first, second] = [client.send(get()), client.send(get())];
    await expect(second).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_REFUSED" });
    expect((await first).status).toBe(204);
    await client.closed;
  });

  it("has more fields than anybody counts (HTTP/2 bomb): the response fails, and the connection goes on", async () => {
    const bomb = Buffer.concat([
      encodeFields([[":status", "200"]]),
      Buffer.from([0x40, 1, 0x61, 0x7f, 0x81, 0x1e]),
    ]);
    const large = Buffer.concat([bomb, Buffer.alloc(4000, "v"), Buffer.alloc(12_000, 0xbe)]);
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(24);
      const peer = new RawHttp2Client(connection);
      peer.send(settings, 0, 0);
      await peer.readUntil(({ type }) => type === headers);
      peer.send(headers, endHeaders | endStream, 1, large);
      await peer.readUntil(({ type, streamId }) => type === headers && streamId === 3);
      void connection.write(head(3, "204", endStream));
      await connection.closed;
    });
    await using client = await connect(server.address);
    await expect(client.send(get())).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_PROTOCOL" });
    expect((await client.send(get())).status).toBe(204);
  });
});
