import {
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
const [protocolError, calm] = [1, 11];

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
