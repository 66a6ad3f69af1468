import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import type { ByteStream, StreamHandler } from "../src/index.ts";
import { returnReadBuffer, takeReadBuffer } from "../src/read-buffer.ts";
import { streamPair } from "./echo-peers.ts";
import { RecordingHandler, record } from "./recording-handler.ts";

/** Reads into a buffer of its own, and gives the first chunk that lies there to `take`. */
function ownReader(
  stream: ByteStream,
  take: (chunk: Buffer) => boolean,
): StreamHandler & { owned: Promise<void> } {
  const owned = Promise.withResolvers<void>();
  return {
    owned: owned.promise,
    onData(chunk) {
      if (stream.ownsChunk) {
        owned.resolve();
        return take(chunk);
      }
      stream.ownBuffer = true;
      stream.write(Buffer.from("+"));
      return true;
    },
    onEnd() {},
    onDrain() {},
    onClose() {},
  };
}

/** Has `pair.accepted` read once, so that the next read goes into its own buffer, and then `bytes`. */
async function sendOwned(
  pair: Awaited<ReturnType<typeof streamPair>>,
  bytes: Buffer,
  take: (chunk: Buffer) => boolean,
): Promise<void> {
  const reader = ownReader(pair.accepted, take);
  pair.accepted.attach(reader);
  const here = record(pair.dialled);
  pair.dialled.write(Buffer.from("first"));
  await here.received(1);
  pair.dialled.write(bytes);
  await reader.owned;
}

/** A stream that cannot write: its peer reads nothing until `read` is called. */
async function blockedPair() {
  const pair = await streamPair();
  const filler = Buffer.alloc(32 * 1024 * 1024, "f");
  pair.accepted.write(filler);
  return { pair, filler, read: () => record(pair.dialled) };
}

/** Lets `count` other streams read into buffers of their own, everything overwritten by noise. */
async function makeNoise(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await using pair = await streamPair();
    const arrived = Promise.withResolvers<void>();
    await sendOwned(pair, Buffer.alloc(100_000, "n"), () => {
      pair.accepted.ownBuffer = false;
      arrived.resolve();
      return true;
    });
    await arrived.promise;
  }
}

describe("the own read buffer of a stream", () => {
  const text = Buffer.from("precious ".repeat(1000));

  it("stays as it is while a write of it is pending, also when the stream does without it from now on", async () => {
    await using source = await streamPair();
    const { pair: sink, filler, read } = await blockedPair();
    await sendOwned(source, text, (chunk) => {
      expect(sink.accepted.write(chunk)).toBe(false);
      source.accepted.ownBuffer = false;
      return false;
    });
    source.dialled.write(Buffer.alloc(50_000, "x"));
    await makeNoise(3);
    const got = read();
    await got.received(filler.length + text.length);
    expect(Buffer.concat(got.chunks).subarray(filler.length).equals(text)).toBe(true);
    await sink[Symbol.asyncDispose]();
  });

  it("is left to a pending write when the stream closes", async () => {
    const source = await streamPair();
    const { pair: sink, filler, read } = await blockedPair();
    await sendOwned(source, text, (chunk) => {
      sink.accepted.write(chunk);
      return false;
    });
    const closed = record(source.accepted).closed.promise;
    source.accepted.destroy();
    await closed;
    await source[Symbol.asyncDispose]();
    await makeNoise(3);
    const got = read();
    await got.received(filler.length + text.length);
    expect(Buffer.concat(got.chunks).subarray(filler.length).equals(text)).toBe(true);
    await sink[Symbol.asyncDispose]();
  });

  it("is left to a pending write when the stream is destroyed inside onData", async () => {
    await using source = await streamPair();
    const { pair: sink, filler, read } = await blockedPair();
    await sendOwned(source, text, (chunk) => {
      sink.accepted.write(chunk);
      source.accepted.ownBuffer = false;
      source.accepted.destroy();
      return true;
    });
    await makeNoise(3);
    const got = read();
    await got.received(filler.length + text.length);
    expect(Buffer.concat(got.chunks).subarray(filler.length).equals(text)).toBe(true);
    await sink[Symbol.asyncDispose]();
  });

  it("is given back when nothing needs it: streams without end find one", async () => {
    await makeNoise(600);
    await using pair = await streamPair();
    await sendOwned(pair, Buffer.from("x"), () => true);
  });

  it("is given back by streams that close with it", async () => {
    for (let index = 0; index < 600; index++) {
      await using pair = await streamPair();
      await sendOwned(pair, Buffer.from("x"), () => true);
      const closed = record(pair.accepted).closed.promise;
      pair.accepted.destroy();
      await closed;
    }
    await using pair = await streamPair();
    await sendOwned(pair, Buffer.from("x"), () => true);
  });

  it("is missing beyond a number of them: then chunks are not owned, and as right as before", async () => {
    const taken: Buffer[] = [];
    // Streams of the tests before may still be closing.
    await eventually(() => {
      for (let buffer = takeReadBuffer(); buffer !== undefined; buffer = takeReadBuffer()) taken.push(buffer);
      return taken.length === 512;
    });
    // The buffer that others would share is one stream's alone.
    await using stopped = await streamPair();
    await sendOwned(stopped, text, () => false);
    await using pair = await streamPair();
    const there = new RecordingHandler();
    const owned: boolean[] = [];
    pair.accepted.attach({
      onData(chunk) {
        pair.accepted.ownBuffer = true;
        owned.push(pair.accepted.ownsChunk);
        return there.onData(chunk);
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    });
    pair.dialled.write(text);
    await there.received(text.length);
    pair.dialled.write(text);
    await there.received(2 * text.length);
    expect(owned.includes(true)).toBe(false);
    expect(there.text).toBe(`${text}${text}`);
    for (const buffer of taken) returnReadBuffer(buffer);
    // The next chunks find one.
    pair.dialled.write(text);
    await there.received(3 * text.length);
    pair.dialled.write(text);
    await there.received(4 * text.length);
    expect(owned.at(-1)).toBe(true);
  });

  it("is not needed where each chunk has memory of its own", async () => {
    await using pair = await streamPair("data");
    const kept: Buffer[] = [];
    const there = new RecordingHandler();
    pair.accepted.attach({
      onData(chunk) {
        expect(pair.accepted.ownsChunk).toBe(true);
        kept.push(chunk);
        return there.onData(chunk);
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    });
    pair.dialled.write(text);
    await there.received(text.length);
    await makeNoise(1);
    expect(Buffer.concat(kept).equals(text)).toBe(true);
  });
});
