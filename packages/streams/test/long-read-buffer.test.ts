import { once } from "node:events";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { takeSocket } from "../src/index.ts";
import { type StreamPair, streamPair } from "./echo-peers.ts";
import { RecordingHandler } from "./recording-handler.ts";

/** Reads long content, and tells `look` of every chunk, where it lies. */
class LongHandler extends RecordingHandler {
  readonly look: (chunk: Buffer) => boolean;
  readonly #pair: StreamPair;

  constructor(pair: StreamPair, look: (chunk: Buffer) => boolean = () => true) {
    super();
    this.#pair = pair;
    this.look = look;
  }

  override onData(chunk: Buffer): boolean {
    super.onData(chunk);
    this.#pair.accepted.ownBuffer = true;
    return this.look(chunk);
  }
}

/** A pair whose accepted stream has read once, so that from now on it reads as for long content. */
async function longReader(look?: (chunk: Buffer) => boolean) {
  const pair = await streamPair();
  let first = true;
  const handler = new LongHandler(pair, (chunk) => {
    if (!first) return look?.(chunk) ?? true;
    first = false;
    return true;
  });
  pair.accepted.attach(handler);
  pair.dialled.write(Buffer.from("first"));
  await handler.received(5);
  return { pair, handler, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

/** In which memory the chunks lie that `look` is told of; it takes them all. */
function watchPlaces() {
  const places = new Set<unknown>();
  const look = (chunk: Buffer) => {
    places.add(chunk.buffer);
    return true;
  };
  return { places, look };
}

const bytesOf = (letter: string) => Buffer.alloc(30_000, letter);

describe("the buffer for long content", () => {
  it("is one for all streams that take each chunk at once", async () => {
    const { places, look } = watchPlaces();
    await using one = await longReader(look);
    await using other = await longReader(look);
    for (const { pair, handler } of [one, other, one]) {
      const before = handler.text.length;
      pair.dialled.write(bytesOf("a"));
      await handler.received(before + 30_000);
    }
    expect(places.size).toBe(1);
  });

  it("belongs to the stream that stops, while all others read on", async () => {
    let kept: Buffer | undefined;
    const look = (chunk: Buffer) => {
      kept = chunk;
      return false;
    };
    await using stopping = await longReader(look);
    const others = await Promise.all([longReader(), longReader(), longReader()]);
    stopping.pair.dialled.write(Buffer.from("precious"));
    await stopping.handler.received(5 + 8);
    for (let round = 1; round <= 3; round++) {
      for (const { pair, handler } of others) {
        pair.dialled.write(bytesOf("n"));
        await handler.received(5 + round * 30_000);
        expect(pair.accepted.ownsChunk).toBe(true);
      }
    }
    expect(String(kept)).toBe("precious");
    for (const { handler } of others) expect(handler.text).toBe(`first${"n".repeat(90_000)}`);
    for (const other of others) await other[Symbol.asyncDispose]();
  });

  it("is shared again by those who come when the one that stopped has read on", async () => {
    let more = false;
    const places: unknown[] = [];
    await using stopping = await longReader((chunk) => {
      places.push(chunk.buffer);
      return more;
    });
    stopping.pair.dialled.write(Buffer.from("stop"));
    await stopping.handler.received(9);
    more = true;
    stopping.pair.accepted.resume();
    stopping.pair.dialled.write(Buffer.from("on"));
    await stopping.handler.received(11);
    await using next = await longReader((chunk) => {
      places.push(chunk.buffer);
      return true;
    });
    next.pair.dialled.write(Buffer.from("more"));
    await next.handler.received(9);
    expect(new Set(places).size).toBe(1);
  });

  it.each(["stops", "is destroyed inside onData"])(
    "is never read into again when its stream %s and closes",
    async (how) => {
      let kept: Buffer | undefined;
      const stopping = await longReader((chunk) => {
        kept = chunk;
        if (how !== "stops") stopping.pair.accepted.destroy();
        return how !== "stops";
      });
      await using other = await longReader();
      stopping.pair.dialled.write(Buffer.from("precious"));
      await stopping.handler.received(5 + 8);
      await stopping[Symbol.asyncDispose]();
      await stopping.handler.closed.promise;
      await using next = await longReader();
      for (const { pair, handler } of [other, next]) {
        pair.dialled.write(bytesOf("n"));
        await handler.received(5 + 30_000);
      }
      expect(String(kept)).toBe("precious");
    },
  );

  it("keeps what is put back for whoever takes the socket, while others read on", async () => {
    const taken = Promise.withResolvers<Duplex>();
    await using taking = await longReader((chunk) => {
      taking.pair.accepted.unread(chunk);
      taken.resolve(takeSocket(taking.pair.accepted));
      return true;
    });
    await using other = await longReader();
    taking.pair.dialled.write(Buffer.from("precious"));
    const socket = await taken.promise;
    other.pair.dialled.write(bytesOf("n"));
    await other.handler.received(5 + 30_000);
    const [bytes] = (await once(socket, "data")) as [Buffer];
    expect(String(bytes)).toBe("precious");
    socket.destroy();
  });

  it("is left for good by a stream in whose onData another one that shares it is given up", async () => {
    await using given = await longReader();
    const taken = Promise.withResolvers<Duplex>();
    await using reading = await longReader(() => {
      if (given.pair.accepted.closed) return true;
      taken.resolve(takeSocket(given.pair.accepted));
      reading.pair.accepted.ownBuffer = false;
      return true;
    });
    reading.pair.dialled.write(Buffer.from("short"));
    const socket = await taken.promise;
    reading.pair.dialled.write(bytesOf("r"));
    await reading.handler.received(5 + 5 + 30_000);
    expect(reading.handler.text).toBe(`firstshort${"r".repeat(30_000)}`);
    socket.destroy();
  });

  it("is another one for those who come while a stream keeps it, which may be for ever", async () => {
    let kept: Buffer | undefined;
    await using stopping = await longReader((chunk) => {
      kept = chunk;
      return false;
    });
    stopping.pair.dialled.write(Buffer.from("precious"));
    await stopping.handler.received(5 + 8);
    const { places, look } = watchPlaces();
    await using one = await longReader(look);
    await using other = await longReader(look);
    for (const { pair, handler } of [one, other]) {
      pair.dialled.write(bytesOf("n"));
      await handler.received(5 + 30_000);
    }
    expect(places.size).toBe(1);
    expect(String(kept)).toBe("precious");
    stopping.pair.accepted.resume();
    stopping.pair.dialled.write(bytesOf("s"));
    await stopping.handler.received(5 + 8 + 30_000);
    expect(stopping.handler.text).toBe(`firstprecious${"s".repeat(30_000)}`);
  });
});
