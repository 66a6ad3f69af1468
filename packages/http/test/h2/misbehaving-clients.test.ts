import { once } from "node:events";
import {
  deferred,
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  http2Preface,
  RawHttp2Client,
  rawClient,
  rawHttp2Client,
  requestFields,
  uint32,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { ask, nodeSession } from "./node-client.ts";

/** ENHANCE_YOUR_CALM. */
const calm = 11;

const hello = async () => createResponse("hello");

/** Counts something, and tells when it has happened often enough. */
function eventCount() {
  let count = 0;
  let next = deferred();
  return {
    happened() {
      count += 1;
      next.resolve();
      next = deferred();
    },
    async reached(wanted: number) {
      while (count < wanted) await next.promise;
    },
  };
}

describe("a client of HTTP/2 that makes trouble", () => {
  const limits = { http2: { maxOffences: 20, windowMs: 60_000 } };

  it.each([
    ["resets its requests at once (rapid reset)", frameTypes.rstStream, 0, uint32(8)],
    ["has them reset at once (MadeYouReset)", frameTypes.data, frameFlags.endStream, Buffer.from("ab")],
  ])("%s: the connection ends, and they were hardly worked on", async (_how, type, flags, payload) => {
    let calls = 0;
    await using server = await serve(async () => {
      calls += 1;
      return new Promise<never>(() => {});
    }, limits);
    await using client = await rawHttp2Client(server);
    const request = requestFields([["content-length", "3"]], "POST");
    const frames: Buffer[] = [];
    for (let streamId = 1; streamId < 2000; streamId += 2) {
      frames.push(encodeFrame(frameTypes.headers, frameFlags.endHeaders, streamId, request));
      frames.push(encodeFrame(type, flags, streamId, payload));
    }
    void client.connection.write(Buffer.concat(frames));
    expect(await client.goawayCode()).toBe(calm);
    await client.connection.closed;
    expect(calls).toBeLessThanOrEqual(21);
  });

  it.each([
    ["resets them one by one", frameTypes.rstStream, 0, uint32(8)],
    // A body that is shorter than its length.
    ["makes the server reset them (MadeYouReset)", frameTypes.data, frameFlags.endStream, Buffer.from("ab")],
  ])("%s", async (_how, type, flags, payload) => {
    const calls = eventCount();
    await using server = await serve(async () => {
      calls.happened();
      return new Promise<never>(() => {});
    }, limits);
    await using client = await rawHttp2Client(server);
    const request = requestFields([["content-length", "3"]], "POST");
    for (let count = 1; count <= 21; count++) {
      client.sendHeaders(2 * count - 1, request, { endStream: false });
      await calls.reached(count);
      client.send(type, flags, 2 * count - 1, payload);
    }
    expect(await client.goawayCode()).toBe(calm);
    await client.connection.readToEnd();
  });

  it.each([
    ["pings", frameTypes.ping, 0, Buffer.alloc(8)],
    ["settings", frameTypes.settings, 0, Buffer.alloc(0)],
  ])("floods it with %s", async (_what, type, streamId, payload) => {
    await using server = await serve(hello, limits);
    await using client = await rawHttp2Client(server);
    for (let count = 0; count < 100; count++) client.send(type, 0, streamId, payload);
    expect(await client.goawayCode()).toBe(calm);
  });

  it("is not to blame for answers that break off behind it", async () => {
    await using server = await serve(async ({ target }) => {
      async function* broken() {
        yield Buffer.from("half");
        throw new Error("the upstream is gone");
      }
      return target === "/" ? createResponse("x") : createResponse(broken());
    }, limits);
    using session = nodeSession(server);
    for (let count = 0; count < 30; count++)
      expect((await ask(session, { ":path": "/broken" })).rstCode).toBe(2);
    expect((await ask(session, { ":path": "/" })).status).toBe(200);
  });

  it("floods it with empty frames of data", async () => {
    await using server = await serve(async ({ body }) => createResponse(await readBody(body)), limits);
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([], "POST"), { endStream: false });
    for (let count = 0; count < 1000; count++) client.send(frameTypes.data, 0, 1);
    await client.goawayCode();
    await client.connection.closed;
  });

  it("sends fields without end (CONTINUATION flood)", async () => {
    await using server = await serve(hello, limits);
    await using client = await rawHttp2Client(server);
    client.send(frameTypes.headers, frameFlags.endStream, 1, requestFields());
    const block = encodeFields([["x", "y".repeat(1000)]]);
    for (let count = 0; count < 1000; count++) client.send(frameTypes.continuation, 0, 1, block);
    await client.goawayCode();
    await client.connection.closed;
  });

  it("opens more streams than it may, and never says that it knows how many those are", async () => {
    await using server = await serve(async () => new Promise<never>(() => {}), {
      http2: { ...limits.http2, maxConcurrentStreams: 2 },
    });
    await using client = new RawHttp2Client(await rawClient(server));
    void client.connection.write(http2Preface);
    client.send(frameTypes.settings, 0, 0);
    for (let streamId = 1; streamId < 4000; streamId += 2) client.sendHeaders(streamId, requestFields());
    expect(await client.goawayCode()).toBe(calm);
  });

  it("sends requests with more fields than anybody counts (HTTP/2 bomb)", async () => {
    await using server = await serve(hello, limits);
    await using client = await rawHttp2Client(server);
    const crumbs = encodeFields(Array.from({ length: 1_000 }, () => ["cookie", "a"] as const));
    const bomb = Buffer.concat([requestFields(), crumbs]);
    for (let streamId = 1; streamId < 100; streamId += 2) client.sendHeaders(streamId, bomb);
    expect(await client.goawayCode()).toBe(calm);
  });

  it("may ping as often as it asks, and may cancel now and then", async () => {
    await using server = await serve(hello, limits);
    using session = nodeSession(server);
    await once(session, "connect");
    for (let count = 0; count < 50; count++) {
      const pinged = new Promise((resolve) => session.ping((error) => resolve(error)));
      expect((await ask(session, { ":path": "/" })).status).toBe(200);
      expect(await pinged).toBeNull();
    }
  });
});
