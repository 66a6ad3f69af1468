import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { acceptedStream, ConnectionRefusedError, ConnectionResetError, dialStream } from "../src/index.ts";
import { streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

describe("a byte stream over a socket", () => {
  it("delivers what the peer wrote, on both sides", async () => {
    await using pair = await streamPair();
    const there = record(pair.accepted);
    const here = record(pair.dialled);
    expect(pair.dialled.write(Buffer.from("ping"))).toBe(true);
    await there.received(4);
    pair.accepted.writev([Buffer.from("po"), Buffer.from("ng")]);
    await here.received(4);
    expect([there.text, here.text]).toEqual(["ping", "pong"]);
  });

  it("knows both addresses", async () => {
    await using pair = await streamPair();
    expect(pair.accepted.remoteAddress).toEqual(pair.dialled.localAddress);
    expect(pair.dialled.remoteAddress).toEqual(pair.accepted.localAddress);
    expect(pair.accepted.remoteAddress).toMatchObject({ type: "socket", host: "127.0.0.1" });
  });

  it("takes a TCP peer that broke off before it was accepted for nobody, not for a peer on a unix socket", async () => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, "connection");
    const script = `const socket = require("node:net").connect(${port}, "127.0.0.1", () =>
      socket.write("sent", () => socket.resetAndDestroy()))`;
    // While another process does that this thread cannot accept.
    execFileSync(process.execPath, ["-e", script]);
    const stream = acceptedStream((await accepted)[0]);
    expect(stream.remoteAddress).toEqual({ type: "socket", host: "0.0.0.0", port: 0 });
    expect(stream.localAddress).toEqual({ type: "socket", host: "127.0.0.1", port });
    stream.destroy();
    server.close();
  });

  it("reads nothing before a handler is attached", async () => {
    await using pair = await streamPair();
    pair.dialled.write(Buffer.from("early"));
    const there = record(pair.accepted);
    await there.received(5);
    expect(there.text).toBe("early");
  });

  it("delivers bytes that were put back to the next handler, before new ones", async () => {
    await using pair = await streamPair();
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

  it("hands over inside onData: the rest goes to the handler that was attached there", async () => {
    await using pair = await streamPair();
    const second = record(pair.dialled);
    pair.accepted.attach({
      onData(chunk) {
        const rest = Buffer.from(chunk.subarray(1));
        pair.accepted.attach(second);
        pair.accepted.unread(rest);
        return true;
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    });
    pair.dialled.write(Buffer.from("Xrest"));
    await second.received(4);
    pair.dialled.write(Buffer.from("!"));
    await second.received(5);
    expect(second.text).toBe("rest!");
  });

  it.each(["tcp", "unix"] as const)(
    "delivers what a peer has sent before it broke off, though a write was refused first: %s",
    async (kind) => {
      await using pair = await streamPair(kind);
      const here = record(pair.dialled);
      // In one turn, so that nothing of it is read before the write.
      pair.accepted.write(Buffer.from("no more of that"));
      pair.accepted.destroy(new Error("enough"));
      pair.dialled.write(Buffer.from("more"));
      pair.dialled.write(Buffer.from("and more"));
      expect([pair.dialled.ended, pair.dialled.pendingBytes]).toEqual([true, 0]);
      expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
      expect(here.text).toBe("no more of that");
    },
  );

  it.each(["onData", "pause"])(
    "is closed behind a write that was refused when its reader stops: %s",
    async (how) => {
      await using pair = await streamPair();
      const here = record(pair.dialled);
      here.more = how === "pause";
      pair.accepted.write(Buffer.from("no more of that"));
      pair.accepted.destroy(new Error("enough"));
      pair.dialled.write(Buffer.from("more"));
      if (how === "pause") pair.dialled.pause();
      expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
    },
  );

  it("is closed by a write that is refused while nobody reads", async () => {
    await using pair = await streamPair();
    const here = record(pair.dialled);
    pair.dialled.pause();
    pair.accepted.destroy(new Error("enough"));
    pair.dialled.write(Buffer.from("more"));
    expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
  });

  it("stops while the handler says so and goes on after resume", async () => {
    await using pair = await streamPair();
    const there = record(pair.accepted);
    there.more = false;
    pair.dialled.write(Buffer.from("one"));
    await there.received(3);
    const answered = record(pair.dialled);
    pair.dialled.write(Buffer.from("two"));
    pair.accepted.write(Buffer.from("a"));
    await answered.received(1);
    expect(there.text).toBe("one");
    pair.accepted.resume();
    await there.received(6);
    expect(there.text).toBe("onetwo");
  });

  it("tells when a slow peer has taken everything, and not before", async () => {
    await using pair = await streamPair();
    const here = record(pair.dialled);
    const big = Buffer.alloc(32 * 1024 * 1024, "x");
    expect(pair.dialled.write(big)).toBe(false);
    expect(pair.dialled.pendingBytes).toBeGreaterThan(0);
    expect(here.drains).toBe(0);
    const there = record(pair.accepted);
    await there.received(big.length);
    expect(pair.dialled.pendingBytes).toBe(0);
    expect(here.drains).toBe(1);
  });

  it("keeps chunks of its own buffer untouched while reading is stopped", async () => {
    await using pair = await streamPair();
    const kept: Buffer[] = [];
    const other = await streamPair();
    const full = new Promise<void>((resolve) => {
      pair.accepted.attach({
        onData(chunk) {
          pair.accepted.ownBuffer = true;
          if (!pair.accepted.ownsChunk) return true;
          kept.push(chunk);
          resolve();
          return false;
        },
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
    });
    const there = record(pair.dialled);
    pair.dialled.write(Buffer.from("first"));
    pair.accepted.write(Buffer.from("ok"));
    await there.received(2);
    pair.dialled.write(Buffer.from("second"));
    await full;
    const noise = record(other.accepted);
    other.dialled.write(Buffer.alloc(1000, "n"));
    pair.dialled.write(Buffer.from("third"));
    await noise.received(1000);
    expect(kept.map(String)).toEqual(["second"]);
    await other[Symbol.asyncDispose]();
  });

  it("ends one side at a time", async () => {
    await using pair = await streamPair();
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

  it("says why it closed when the peer resets it", async () => {
    await using pair = await streamPair();
    const there = record(pair.accepted);
    pair.dialled.write(Buffer.from("x"));
    await there.received(1);
    // Closing a socket with unread data in it resets the connection.
    const silent = record(pair.dialled);
    silent.more = false;
    pair.accepted.write(Buffer.from("y"));
    await silent.received(1);
    pair.accepted.write(Buffer.from("unread"));
    await new Promise((resolve) => setImmediate(resolve));
    pair.dialled.destroy();
    const error = await there.closed.promise;
    expect(error).toBeInstanceOf(ConnectionResetError);
  });

  it("tells a handler that comes late that the stream is closed", async () => {
    await using pair = await streamPair();
    const first = record(pair.accepted);
    pair.dialled.destroy();
    await first.ended.promise;
    pair.accepted.destroy();
    const late = record(pair.accepted);
    expect(await late.closed.promise).toBeUndefined();
  });

  it("lets the server that accepted it count right and close", async () => {
    const pair = await streamPair();
    const count = () =>
      new Promise((resolve) => pair.server.getConnections((_error, connections) => resolve(connections)));
    const there = record(pair.accepted);
    expect(await count()).toBe(1);
    pair.accepted.destroy();
    await there.closed.promise;
    expect(await count()).toBe(0);
    await pair[Symbol.asyncDispose]();
  });
});

describe("dialStream", () => {
  it("rejects with the reason when nobody listens", async () => {
    const pair = await streamPair();
    const { port } = pair.server.address() as { port: number };
    await pair[Symbol.asyncDispose]();
    const dialling = dialStream({ type: "socket", host: "127.0.0.1", port });
    await expect(dialling).rejects.toBeInstanceOf(ConnectionRefusedError);
    await expect(dialStream({ type: "unix", path: "/nonexistent/socket" })).rejects.toThrow(
      /nonexistent.*ENOENT/,
    );
  });

  it("gives up when its signal says so", async () => {
    const controller = new AbortController();
    // Nothing is sent anywhere before the signal.
    const dialling = dialStream(
      { type: "socket", host: "127.0.0.1", port: 9 },
      { signal: controller.signal },
    );
    controller.abort(new Error("not any more"));
    await expect(dialling).rejects.toThrow("not any more");
  });
});
