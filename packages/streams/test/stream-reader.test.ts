import { describe, expect, it } from "vitest";
import { ConnectionResetError, StreamReader } from "../src/index.ts";
import { streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

describe("StreamReader", () => {
  it("reads chunk after chunk, each in memory of its own, then undefined for ever", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    pair.dialled.write(Buffer.from("one"));
    const first = await reader.read();
    pair.dialled.write(Buffer.from("two"));
    const second = await reader.read();
    pair.dialled.end();
    expect([String(first), String(second)]).toEqual(["one", "two"]);
    expect(await reader.read()).toBeUndefined();
    expect(await reader.read()).toBeUndefined();
  });

  it("reads what was put back first", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    pair.accepted.unread(Buffer.from("back"));
    expect(String(await reader.read())).toBe("back");
    pair.accepted.unread(Buffer.from("again"));
    pair.dialled.write(Buffer.from("new"));
    expect(String(await reader.read())).toBe("again");
    expect(String(await reader.read())).toBe("new");
  });

  it("leaves what nobody asked for to the next handler", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    pair.dialled.write(Buffer.from("asked"));
    expect(String(await reader.read())).toBe("asked");
    pair.dialled.write(Buffer.from("not asked"));
    pair.dialled.end();
    const next = record(pair.accepted);
    await next.ended.promise;
    expect(next.text).toBe("not asked");
  });

  it("takes one read at a time", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    const first = reader.read();
    await expect(reader.read()).rejects.toThrow(TypeError);
    pair.dialled.write(Buffer.from("x"));
    expect(String(await first)).toBe("x");
  });

  it("rejects reads and writes when the stream breaks", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    const reading = reader.read();
    const writing = reader.write(Buffer.alloc(32 * 1024 * 1024));
    pair.dialled.destroy(new Error("reset it"));
    await expect(reading).rejects.toBeInstanceOf(ConnectionResetError);
    await expect(writing).rejects.toBeInstanceOf(ConnectionResetError);
    await expect(reader.read()).rejects.toBeInstanceOf(ConnectionResetError);
    await expect(reader.write(Buffer.from("x"))).rejects.toBeInstanceOf(ConnectionResetError);
  });

  it("rejects a write that a destroyed stream can never finish", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    const writing = reader.write(Buffer.alloc(32 * 1024 * 1024));
    pair.accepted.destroy();
    await expect(writing).rejects.toBeInstanceOf(ConnectionResetError);
    expect(await reader.read()).toBeUndefined();
  });

  it("waits with writes for a slow peer, before the first read and several at a time", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    const big = Buffer.alloc(8 * 1024 * 1024, "x");
    let done = 0;
    const writes = [big, big].map((bytes) =>
      reader.write(bytes).then(() => {
        done += 1;
      }),
    );
    pair.dialled.write(Buffer.from("question"));
    expect(done).toBe(0);
    const there = record(pair.dialled);
    await Promise.all(writes);
    await there.received(2 * big.length);
    expect(String(await reader.read())).toBe("question");
    await reader.write(Buffer.from("small"));
    await there.received(2 * big.length + 5);
  });

  it("writes while it reads", async () => {
    await using pair = await streamPair();
    const reader = new StreamReader(pair.accepted);
    const reading = reader.read();
    const writing = reader.write(Buffer.alloc(8 * 1024 * 1024, "x"));
    pair.dialled.write(Buffer.from("in between"));
    expect(String(await reading)).toBe("in between");
    record(pair.dialled);
    await writing;
  });
});
