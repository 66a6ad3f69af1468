import { dialStream } from "@monolake/streams";
import { encodeFields, encodeFrame, frameFlags, frameTypes, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  createRequest,
  Http2ClientConnection,
  type HttpResponse,
  readBody,
  resolveHttpClientConnectionOptions,
} from "../../src/index.ts";

const { data, headers, settings } = frameTypes;
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
  const nobody = { connectionHasRoom() {}, connectionLeaving() {}, connectionClosed() {} };
  const stream = await dialStream({ type: "socket", ...server.address });
  const connection = new Http2ClientConnection(stream, nobody, resolveHttpClientConnectionOptions());
  try {
    const request = createRequest({ method, headers: { Host: "example.com" } });
    const response = await new Promise<HttpResponse>((responded, failed) =>
      connection.start(request, { responded, failed }),
    );
    return `${response.status} ${await readBody(response.body)}`;
  } finally {
    connection.destroy();
  }
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
    ["GET", "304"],
  ])("to %s with %s may say how long another one is", async (method, status) => {
    const frames = [head(endStream, [":status", status], ["content-length", "5"])];
    expect(await answeredWith(frames, method)).toBe(`${status} `);
  });
});
