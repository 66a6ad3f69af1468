import { describe, expect, it } from "vitest";
import { ShortBody } from "../../src/body/short-body.ts";
import { BodyUsedError } from "../../src/index.ts";
import { CollectingSink } from "./collecting-sink.ts";

const chunk = Buffer.from("head: body and more");
const body = () => new ShortBody(chunk, 6, 10);
const memoryOf = (short: ShortBody) => short.whole?.buffer;

describe("a short body that came with its head", () => {
  it("is written from where it was read, without a copy in between", () => {
    const short = body();
    const into = Buffer.from("HEAD: ----");
    expect(short.copyTo(into, 6)).toBe(10);
    expect(String(into)).toBe("HEAD: body");
    short.cancel();
    // There was no memory of its own to give back.
    const other = body();
    expect(memoryOf(other)).not.toBe(chunk.buffer);
    other.cancel();
  });

  it.each(["keep", "whole"] as const)("is a copy of its part of what was read after %s", (how) => {
    const short = body();
    if (how === "keep") short.keep();
    else expect(String(short.whole)).toBe("body");
    chunk.fill(0x20, 6, 10);
    expect(short.length).toBe(4);
    expect(String(short.whole)).toBe("body");
    chunk.write("body", 6);
    short.cancel();
  });

  it("gives its memory to the next one when it is dealt with, and shows it no more", () => {
    const first = body();
    const memory = memoryOf(first);
    first.cancel();
    expect(first.whole).toBeUndefined();
    const second = body();
    expect(memoryOf(second)).toBe(memory);
    // The first one has nothing left to give.
    first.cancel();
    expect(memoryOf(body())).not.toBe(memory);
  });

  it("gives its memory back behind a sink that has taken it", () => {
    const short = body();
    const memory = memoryOf(short);
    const sink = new CollectingSink();
    short.pipe(sink);
    expect(sink.events).toEqual(["body", "[end]"]);
    expect(memoryOf(body())).toBe(memory);
  });

  it("keeps its memory while a sink needs it", () => {
    const short = body();
    const memory = memoryOf(short);
    const sink = new CollectingSink();
    sink.more = false;
    short.pipe(sink);
    expect(memoryOf(body())).not.toBe(memory);
    short.resume();
    expect(memoryOf(body())).toBe(memory);
  });

  it("goes to one sink, once", () => {
    const short = body();
    short.pipe(new CollectingSink());
    expect(() => short.pipe(new CollectingSink())).toThrow(BodyUsedError);
    const cancelled = body();
    cancelled.cancel();
    expect(() => cancelled.pipe(new CollectingSink())).toThrow(BodyUsedError);
  });
});
