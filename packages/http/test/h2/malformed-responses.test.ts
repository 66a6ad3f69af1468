import {
  deferred,
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  http2Preface,
  RawHttp2Client,
  startRawServer,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createRequest, readBody } from "../../src/index.ts";
import { connect } from "./client-connection.ts";

const { data, headers, rstStream, settings } = frameTypes;
const { endHeaders, endStream } = frameFlags;

const head = (flags: number, ...fields: (readonly [string, string])[]) =>
  encodeFrame(headers, endHeaders | flags, 1, encodeFields(fields));
const content = (flags: number, text: string) => encodeFrame(data, flags, 1, Buffer.from(text));

/** What a client connection makes of these frames, which answer its first request: the body, or a failure. */
async function answeredWith(frames: readonly Buffer[], method = "GET"): Promise<string> {
  await using server = await startRawServer(async (connection) => {
    await connection.readUntil("example.com");
    void connection.write(Buffer.concat([encodeFrame(settings, 0, 0), ...frames]));
    await connection.closed;
  });
  await using client = await connect(server.address);
  const response = await client.send(createRequest({ method, headers: { Host: "example.com" } }));
  return `${response.status} ${await readBody(response.body)}`;
}

const ok = [":status", "200"] as const;

describe("a response that RFC 9113 section 8.1 does not know", () => {
  it.each<[string, Buffer[], string]>([
    ["an interim one that ends the stream", [head(endStream, [":status", "103"])], "ended with an interim"],
    ["101 that ends the stream", [head(endStream, [":status", "101"])], "ended with an interim"],
    [
      "content that is announced, and the end",
      [head(endStream, ok, ["content-length", "5"])],
      "announced content and sent none",
    ],
    [
      "content in front of its head",
      [content(0, "abc"), head(endStream, ok)],
      "content in front of its head",
    ],
    [
      "content behind an interim one",
      [head(0, [":status", "103"]), content(0, "abc"), head(endStream, ok)],
      "content in front of its head",
    ],
    ["a status with a reason", [head(endStream, [":status", "200 OK"])], "a malformed response"],
    [
      "a server that wants to push",
      [encodeFrame(settings, 0, 0, Buffer.from([0, 2, 0, 0, 0, 1])), head(endStream, ok)],
      "ENABLE_PUSH",
    ],
  ])("%s", async (_what, frames, message) => {
    await expect(answeredWith(frames)).rejects.toMatchObject({
      code: "ERR_HTTP_UPSTREAM_PROTOCOL",
      message: expect.stringContaining(message),
    });
  });
});

describe("a response without content", () => {
  it.each([
    ["HEAD", "200"],
    ["GET", "204"],
    ["GET", "304"],
  ])("to %s with %s whose content comes all the same is broken off", async (method, status) => {
    const code = deferred<number>();
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(http2Preface.length);
      const peer = new RawHttp2Client(connection);
      peer.send(settings, 0, 0);
      await peer.readUntil(({ type }) => type === headers);
      void connection.write(Buffer.concat([head(0, [":status", status]), content(0, "more")]));
      const reset = await peer.readUntil(({ type }) => type === rstStream);
      code.resolve(reset.payload.readUInt32BE(0));
      await connection.closed;
    });
    await using client = await connect(server.address, { bodyIdleTimeoutMs: 0 });
    const response = await client.send(createRequest({ method, headers: { Host: "example.com" } }));
    expect(`${response.status} ${await readBody(response.body)}`).toBe(`${status} `);
    expect(await code.promise).toBe(8);
  });

  it.each([
    ["HEAD", "200"],
    ["GET", "304"],
  ])("to %s with %s may say how long another one is", async (method, status) => {
    const frames = [head(endStream, [":status", status], ["content-length", "5"])];
    expect(await answeredWith(frames, method)).toBe(`${status} `);
  });
});

describe("a response whose stream is reset with NO_ERROR in the place of its end, as servers of Node.js do it", () => {
  const reset = (code: number) => encodeFrame(rstStream, 0, 1, uint32(code));
  const announced = head(0, ok, ["content-length", "5"]);

  it("is whole when all of its content has come, or its length is not announced", async () => {
    expect(await answeredWith([announced, content(0, "hello"), reset(0)])).toBe("200 hello");
    expect(await answeredWith([head(0, ok), content(0, "hello"), reset(0)])).toBe("200 hello");
  });

  it.each([
    ["some of it is missing", [announced, content(0, "hell"), reset(0)]],
    ["the code is another one", [announced, content(0, "hello"), reset(8)]],
  ])("is not when %s", async (_what, frames) => {
    await expect(answeredWith(frames)).rejects.toMatchObject({ code: "ERR_HTTP_UPSTREAM_CLOSED" });
  });
});
