import { Readable } from "node:stream";
import { deferred } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type BodyContent, BodyUsedError, bodyFrom, emptyBody } from "../../src/index.ts";
import { CollectingSink } from "./collecting-sink.ts";

const piped = async (content: BodyContent): Promise<CollectingSink> => {
  const sink = new CollectingSink();
  bodyFrom(content).pipe(sink);
  await sink.over.promise;
  return sink;
};

describe("a body made from content", () => {
  it("has the length of bytes and of text in UTF-8", () => {
    expect(bodyFrom("grüße").length).toBe(7);
    expect(bodyFrom(new Uint8Array(3)).length).toBe(3);
    expect(bodyFrom(undefined)).toBe(emptyBody);
    expect(bodyFrom([]).length).toBe(-1);
  });

  it("sends the part of a buffer that an array is", async () => {
    const bytes = new Uint8Array(Buffer.from("_part_").buffer.slice(0)).subarray(0, 0);
    expect((await piped(bytes)).events).toEqual(["[end]"]);
    const inside = Buffer.from("a part of it");
    expect((await piped(new Uint8Array(inside.buffer, inside.byteOffset + 2, 4))).events).toEqual([
      "part",
      "[end]",
    ]);
  });

  it("goes to one sink, once, but the empty one to any", () => {
    for (const content of ["text", [Buffer.from("x")]]) {
      const body = bodyFrom(content);
      body.pipe(new CollectingSink());
      expect(() => body.pipe(new CollectingSink())).toThrow(BodyUsedError);
    }
    emptyBody.pipe(new CollectingSink());
    emptyBody.pipe(new CollectingSink());
  });
});

describe("a body that an iterable yields", () => {
  it("gives the parts of both kinds of iterables and of streams, without empty ones", async () => {
    const parts = () => [Buffer.from("a"), Buffer.alloc(0), Buffer.from("b")];
    const generator = async function* () {
      yield* parts();
    };
    expect((await piped(parts())).events).toEqual(["a", "b", "[end]"]);
    expect((await piped(generator())).events).toEqual(["a", "b", "[end]"]);
    expect((await piped(Readable.from(parts()))).events).toEqual(["a", "b", "[end]"]);
  });

  it("asks for the next part when the sink can take it, and not before", async () => {
    let asked = 0;
    const generator = function* () {
      for (; asked < 3; ) {
        asked += 1;
        yield Buffer.from(String(asked));
      }
    };
    const body = bodyFrom(generator());
    const sink = new CollectingSink();
    const written = [deferred(), deferred(), deferred()];
    sink.write = () => {
      written[asked - 1]?.resolve();
      return false;
    };
    body.pipe(sink);
    await written[0]?.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(1);
    body.resume();
    await written[1]?.promise;
    expect(asked).toBe(2);
    body.resume();
    await written[2]?.promise;
    body.resume();
    await sink.over.promise;
  });

  it("fails with what the iterable throws, and with a part that is none", async () => {
    const failure = new Error("no more");
    const throwing = async function* () {
      yield Buffer.from("a");
      throw failure;
    };
    const sink = await piped(throwing());
    expect(sink.events).toEqual(["a", "[fail]"]);
    expect(sink.error).toBe(failure);
    expect((await piped(["text"] as unknown as BodyContent)).error).toBeInstanceOf(TypeError);
  });

  it("ends a generator that waits for the sink when it is cancelled", async () => {
    const ended = deferred();
    const generator = async function* () {
      try {
        for (;;) yield Buffer.from("x");
      } finally {
        ended.resolve();
      }
    };
    const body = bodyFrom(generator());
    const sink = new CollectingSink();
    sink.more = false;
    body.pipe(sink);
    await new Promise((resolve) => setImmediate(resolve));
    body.cancel();
    body.cancel();
    await ended.promise;
    expect(sink.events).toEqual(["x"]);
  });

  it.each([true, false])(
    "ends a stream that yields nothing when it is cancelled, piped: %s",
    async (isPiped) => {
      const stream = new Readable({ read() {} });
      const closed = new Promise((resolve) => stream.once("close", resolve));
      const body = bodyFrom(stream);
      const sink = new CollectingSink();
      if (isPiped) body.pipe(sink);
      body.cancel(new Error("nobody wants it"));
      await closed;
      expect(sink.events).toEqual([]);
      expect(() => body.pipe(sink)).toThrow(BodyUsedError);
    },
  );
});
