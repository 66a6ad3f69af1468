import { describe, expect, it } from "vitest";
import { writeCopy } from "../src/chunk-copy.ts";

/** A sink that takes everything at once, or nothing; it remembers what it got as it is in memory now. */
function sinkThat(takes: boolean): {
  readonly got: Buffer[];
  write(chunk: Buffer): boolean;
  end(): void;
  fail(): void;
} {
  const got: Buffer[] = [];
  return {
    got,
    write(chunk) {
      got.push(chunk);
      return takes;
    },
    end() {},
    fail() {},
  };
}

describe("a copy of a chunk", () => {
  it.each([1, 4 * 1024, 4 * 1024 + 1, 64 * 1024, 64 * 1024 + 1])(
    "of %d bytes belongs to a sink that does not take it at once",
    (bytes) => {
      const slow = sinkThat(false);
      const chunk = Buffer.alloc(bytes, "a");
      expect(writeCopy(chunk, slow)).toBe(false);
      chunk.fill("b");
      writeCopy(chunk, sinkThat(true));
      expect(slow.got[0]?.equals(Buffer.alloc(bytes, "a"))).toBe(true);
    },
  );

  it("uses the same memory again once it was taken", () => {
    const quick = sinkThat(true);
    expect(writeCopy(Buffer.from("first"), quick)).toBe(true);
    expect(writeCopy(Buffer.from("again"), quick)).toBe(true);
    expect(quick.got.map(String)).toEqual(["again", "again"]);
  });

  it("has memory of its own inside of the write of another one", () => {
    const inner = sinkThat(true);
    const outer = {
      ...sinkThat(true),
      write(chunk: Buffer): boolean {
        writeCopy(Buffer.from("inner"), inner);
        expect(String(chunk)).toBe("outer");
        return true;
      },
    };
    writeCopy(Buffer.from("outer"), outer);
    expect(inner.got.map(String)).toEqual(["inner"]);
  });

  it("that a sink throws at is left to it", () => {
    const thrown = {
      ...sinkThat(true),
      write(): boolean {
        throw new Error("sink");
      },
    };
    expect(() => writeCopy(Buffer.from("x"), thrown)).toThrow("sink");
    const quick = sinkThat(true);
    expect(writeCopy(Buffer.from("y"), quick)).toBe(true);
    expect(quick.got.map(String)).toEqual(["y"]);
  });
});
