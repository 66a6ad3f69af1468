import { describe, expect, it } from "vitest";
import { ConnectionResetError } from "../src/index.ts";
import { type PairKind, streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

const kinds: readonly PairKind[] = ["tcp", "unix", "data", "tls", "tls-data"];

describe.each(kinds)("a byte stream over %s", (kind) => {
  it("delivers what the peer wrote, on both sides", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    const here = record(pair.dialled);
    pair.dialled.write(Buffer.from("ping"));
    await there.received(4);
    pair.accepted.writev([Buffer.from("po"), Buffer.from("ng")]);
    await here.received(4);
    expect([there.text, here.text]).toEqual(["ping", "pong"]);
  });

  it("reads nothing before a handler is attached, and then all of it", async () => {
    await using pair = await streamPair(kind);
    pair.dialled.write(Buffer.from("early"));
    const there = record(pair.accepted);
    await there.received(5);
    expect(there.text).toBe("early");
  });

  it("stops while the handler says so, so that the writer is slowed down", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    there.more = false;
    const big = Buffer.alloc(16 * 1024 * 1024, "x");
    pair.dialled.write(Buffer.from("first"));
    await there.received(5);
    const here = record(pair.dialled);
    expect(pair.dialled.write(big)).toBe(false);
    pair.accepted.write(Buffer.from("a"));
    await here.received(1);
    expect(there.text).toBe("first");
    expect(here.drains).toBe(0);
    there.more = true;
    pair.accepted.resume();
    await there.received(5 + big.length);
    await here.drained.promise;
    expect(pair.dialled.pendingBytes).toBe(0);
  });

  it("delivers bytes that were put back to the next handler, before new ones", async () => {
    await using pair = await streamPair(kind);
    const first = record(pair.accepted);
    first.more = false;
    pair.dialled.write(Buffer.from("HEADbody"));
    await first.received(8);
    pair.accepted.unread(Buffer.from("body"));
    pair.dialled.write(Buffer.from("more"));
    const second = record(pair.accepted);
    await second.received(8);
    expect(second.text).toBe("bodymore");
  });

  it("ends one side at a time", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    const here = record(pair.dialled);
    pair.dialled.end();
    await there.ended.promise;
    expect(pair.accepted.ended).toBe(true);
    pair.accepted.write(Buffer.from("still here"));
    await here.received(10);
    pair.accepted.end();
    expect(await here.closed.promise).toBeUndefined();
    expect(await there.closed.promise).toBeUndefined();
  });

  it("tells the end behind data for which reading was stopped", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    there.more = false;
    pair.dialled.write(Buffer.from("one"));
    await there.received(3);
    pair.dialled.write(Buffer.from("two"));
    pair.dialled.end();
    const events: string[] = [];
    pair.accepted.attach({
      onData(chunk) {
        events.push(String(chunk));
        return true;
      },
      onEnd() {
        events.push("end");
        there.ended.resolve();
      },
      onDrain() {},
      onClose() {},
    });
    await there.ended.promise;
    expect(events).toEqual(["two", "end"]);
  });

  it("writes everything before it ends, however slow the peer is", async () => {
    await using pair = await streamPair(kind);
    const here = record(pair.dialled);
    const parts = [
      Buffer.alloc(4_000_000, "a"),
      Buffer.alloc(32_000_000, "b"),
      Buffer.alloc(16_000_000, "c"),
    ] as const;
    pair.dialled.write(parts[0]);
    pair.dialled.write(parts[1]);
    const there = record(pair.accepted);
    await there.received(parts[0].length + 1);
    // The second part is on its way now, alone; the third waits behind it.
    expect(pair.dialled.write(parts[2])).toBe(false);
    pair.dialled.end();
    await there.ended.promise;
    expect(Buffer.concat(there.chunks).equals(Buffer.concat(parts))).toBe(true);
    await here.drained.promise;
  });

  it("does nothing more once it is destroyed", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    pair.accepted.destroy();
    expect(pair.accepted.closed).toBe(true);
    expect(pair.accepted.write(Buffer.from("x"))).toBe(true);
    pair.accepted.end();
    pair.accepted.destroy(new Error("too late"));
    expect(await there.closed.promise).toBeUndefined();
  });

  it("hands the error that it was destroyed with to the handler", async () => {
    await using pair = await streamPair(kind);
    const there = record(pair.accepted);
    const here = record(pair.dialled);
    const reason = new Error("enough");
    pair.accepted.destroy(reason);
    expect(await there.closed.promise).toBe(reason);
    // Neither a unix socket nor one with TLS knows a reset: its peer sees an end.
    if (kind === "unix" || kind.startsWith("tls")) await here.ended.promise;
    else expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
  });
});

describe("unix streams", () => {
  it("know the path that was dialled", async () => {
    await using pair = await streamPair("unix");
    expect(pair.dialled.remoteAddress).toEqual({ type: "unix", path: pair.server.address() });
    expect(pair.accepted.remoteAddress).toEqual({ type: "unix", path: "" });
  });
});
