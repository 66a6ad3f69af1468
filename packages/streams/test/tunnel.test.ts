import { createHash, randomBytes } from "node:crypto";
import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  ConnectionResetError,
  type TunnelEnd,
  TunnelIdleError,
  type TunnelOptions,
  tunnel,
  watchedDeadlines,
} from "../src/index.ts";
import { type PairKind, type StreamPair, streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

interface Joined extends AsyncDisposable {
  /** Both ends of the whole. */
  readonly left: StreamPair;
  readonly right: StreamPair;
  readonly end: Promise<TunnelEnd>;
}

/** left.dialled <-> [ left.accepted tunnel right.dialled ] <-> right.accepted */
async function joined(options: TunnelOptions = {}, kind: PairKind = "tcp"): Promise<Joined> {
  const left = await streamPair(kind);
  const right = await streamPair();
  const end = tunnel(left.accepted, right.dialled, options);
  return {
    left,
    right,
    end,
    async [Symbol.asyncDispose]() {
      await left[Symbol.asyncDispose]();
      await right[Symbol.asyncDispose]();
      await end;
    },
  };
}

const digest = (chunks: readonly Buffer[]) => {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
};

describe.each(["tcp", "unix", "data", "tls"] as const)("a tunnel from %s", (kind) => {
  it("passes bytes both ways and counts them", async () => {
    await using all = await joined({}, kind);
    const client = record(all.left.dialled);
    const server = record(all.right.accepted);
    all.left.dialled.write(Buffer.from("hello"));
    await server.received(5);
    all.right.accepted.write(Buffer.from("welcome"));
    await client.received(7);
    all.left.dialled.end();
    await server.ended.promise;
    all.right.accepted.end();
    expect(await all.end).toEqual({ bytesFromFirst: 5, bytesFromSecond: 7, error: undefined });
    expect([server.text, client.text]).toEqual(["hello", "welcome"]);
  });

  it("slows a fast side down to the slow one, holds little, and loses nothing", async () => {
    await using all = await joined({}, kind);
    const bytes = randomBytes(48 * 1024 * 1024);
    record(all.left.dialled);
    all.left.dialled.write(bytes);
    // Nobody reads on the right: what is not in the kernel's buffers stays on the left.
    let before = -1;
    await eventually(
      () => {
        const queued = all.left.dialled.queuedBytes;
        const still = queued === before && all.right.dialled.pendingBytes > 0;
        before = queued;
        return still;
      },
      { intervalMs: 50 },
    );
    expect(all.left.dialled.pendingBytes).toBeGreaterThan(bytes.length / 2);
    expect(all.left.dialled.queuedBytes).toBeGreaterThan(bytes.length / 2);
    expect(all.right.dialled.pendingBytes).toBeLessThanOrEqual(128 * 1024);
    const server = record(all.right.accepted);
    await server.received(bytes.length);
    expect(digest(server.chunks)).toBe(digest([bytes]));
  });
});

describe("a tunnel", () => {
  it("passes an end on while the other direction goes on", async () => {
    await using all = await joined();
    const client = record(all.left.dialled);
    const server = record(all.right.accepted);
    all.left.dialled.write(Buffer.from("request"));
    all.left.dialled.end();
    await server.ended.promise;
    const answer = randomBytes(8 * 1024 * 1024);
    all.right.accepted.write(answer);
    all.right.accepted.end();
    await client.ended.promise;
    expect(digest(client.chunks)).toBe(digest([answer]));
    expect(await all.end).toEqual({ bytesFromFirst: 7, bytesFromSecond: answer.length, error: undefined });
  });

  it("passes on what came before it began: bytes put back, an end", async () => {
    await using left = await streamPair();
    await using right = await streamPair();
    const before = record(left.accepted);
    left.dialled.write(Buffer.from("HEADrest"));
    left.dialled.end();
    await before.ended.promise;
    left.accepted.unread(Buffer.from("rest"));
    const end = tunnel(left.accepted, right.dialled);
    const server = record(right.accepted);
    await server.ended.promise;
    expect(server.text).toBe("rest");
    right.accepted.end();
    expect((await end).error).toBeUndefined();
  });

  it("ends when one stream was gone before it began", async () => {
    await using left = await streamPair();
    await using right = await streamPair();
    const gone = record(left.accepted);
    left.accepted.destroy();
    await gone.closed.promise;
    const end = tunnel(left.accepted, right.dialled);
    const server = record(right.accepted);
    await server.ended.promise;
    right.accepted.end();
    expect(await end).toEqual({ bytesFromFirst: 0, bytesFromSecond: 0, error: undefined });
  });

  it("is broken on both sides when one side is reset", async () => {
    await using all = await joined();
    const server = record(all.right.accepted);
    record(all.left.dialled);
    all.left.dialled.write(Buffer.from("x"));
    await server.received(1);
    all.left.dialled.destroy(new Error("reset"));
    expect((await all.end).error).toBeInstanceOf(ConnectionResetError);
    expect(await server.closed.promise).toBeInstanceOf(ConnectionResetError);
  });

  it("lets the side that is left take what is still to be written", async () => {
    await using all = await joined();
    const bytes = Buffer.alloc(16 * 1024 * 1024, "x");
    record(all.left.dialled);
    all.left.dialled.write(bytes);
    await eventually(() => all.right.dialled.pendingBytes > 0);
    const moved = all.right.dialled.pendingBytes;
    all.left.accepted.destroy();
    const server = record(all.right.accepted);
    await server.ended.promise;
    const received = server.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(received).toBeGreaterThanOrEqual(moved);
    all.right.accepted.end();
    expect(await all.end).toEqual({ bytesFromFirst: received, bytesFromSecond: 0, error: undefined });
  });

  it("gives up when neither side moves a byte for too long", async () => {
    await using all = await joined({ idleTimeoutMs: 150 });
    const client = record(all.left.dialled);
    const server = record(all.right.accepted);
    const startMs = performance.now();
    const { error } = await all.end;
    expect(error).toBeInstanceOf(TunnelIdleError);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(149);
    expect(await client.closed.promise).toBeInstanceOf(ConnectionResetError);
    expect(await server.closed.promise).toBeInstanceOf(ConnectionResetError);
  });

  it("gives up on a side that takes nothing, not on one that is slow", async () => {
    await using all = await joined({ idleTimeoutMs: 200 });
    const bytes = Buffer.alloc(24 * 1024 * 1024, "x");
    record(all.left.dialled);
    all.left.dialled.write(bytes);
    const server = record(all.right.accepted);
    await server.received(1024);
    server.more = false;
    expect((await all.end).error).toBeInstanceOf(TunnelIdleError);
  });

  it("leaves no deadline behind", async () => {
    const before = watchedDeadlines();
    const all = await joined();
    expect(watchedDeadlines()).toBe(before + 1);
    await all[Symbol.asyncDispose]();
    expect(watchedDeadlines()).toBe(before);
  });
});
