import { encodeFrame, frameFlags, frameTypes, rawHttp2Client, requestFields } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createResponse, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";

const { data, headers, ping, windowUpdate } = frameTypes;
const streamWindowBytes = 65_535;

it("uploads that nobody reads, as much as their streams let them, stop no other on the connection", async () => {
  await using server = await serve(async ({ target, body }) =>
    target === "/stalled" ? new Promise<never>(() => {}) : createResponse(await readBody(body)),
  );
  await using client = await rawHttp2Client(server);
  let window = streamWindowBytes;
  /** Everything that the server has to say to what was sent. */
  const settle = async () => {
    client.send(ping, 0, 0, Buffer.alloc(8));
    const { frames } = client;
    const before = frames.length;
    await client.readUntil(({ type, flags }) => type === ping && flags === frameFlags.ack);
    for (const { type, streamId, payload } of frames.slice(before))
      if (type === windowUpdate && streamId === 0) window += payload.readUInt32BE(0);
  };
  const send = async (streamId: number, content: Buffer, flags: number) => {
    for (let at = 0; at < content.length; at += 16_000) {
      const part = content.subarray(at, at + 16_000);
      if (window < part.length) await settle();
      expect(window).toBeGreaterThanOrEqual(part.length);
      window -= part.length;
      const last = at + 16_000 >= content.length;
      await client.connection.write(encodeFrame(data, last ? flags : 0, streamId, part));
    }
  };
  const stalled = requestFields([], "POST", "/stalled");
  for (let streamId = 1; streamId < 2 * 50; streamId += 2) {
    client.sendHeaders(streamId, stalled, { endStream: false });
    await send(streamId, Buffer.alloc(streamWindowBytes), 0);
  }
  client.sendHeaders(101, requestFields([], "POST"), { endStream: false });
  await send(101, Buffer.from("hello"), frameFlags.endStream);
  await client.readUntil(({ type, streamId }) => type === headers && streamId === 101);
  const { payload } = await client.readUntil(({ type, streamId }) => type === data && streamId === 101);
  expect(String(payload)).toBe("hello");
});
