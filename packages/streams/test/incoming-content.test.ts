import { describe, expect, it } from "vitest";
import { IncomingContent } from "../src/index.ts";

class TestContent extends IncomingContent<undefined> {
  protected contentResumed(): void {}
  protected contentSettled(): void {}
  protected contentCancelled(): void {}
  protected usedError(): Error {
    return new Error("used");
  }
}

/** A sink that takes nothing at once, and what it was given. */
function slowSink() {
  const written: Buffer[] = [];
  const sink = {
    write: (chunk: Buffer) => written.push(chunk) === 0,
    end() {},
    fail() {},
  };
  return { written, sink };
}

describe("content that waits", () => {
  it("in pieces of one byte is given on in few pieces, and is the same", () => {
    const content = new TestContent(-1);
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => at % 251));
    for (const byte of bytes) content.push(Buffer.from([byte]), false);
    const { written, sink } = slowSink();
    content.pipe(sink);
    content.finish(undefined);
    for (let count = 0; count < 100; count++) content.resume();
    expect(written.length).toBeLessThan(20);
    expect(Buffer.concat(written).equals(bytes)).toBe(true);
  });

  it("shares no memory with what a sink holds, nor with what the connection keeps", () => {
    const content = new TestContent(-1);
    const { written, sink } = slowSink();
    const kept = Buffer.from("kept.");
    content.push(Buffer.from("a"), false);
    content.push(kept, true);
    content.pipe(sink);
    content.push(Buffer.from("b"), false);
    content.push(Buffer.from("c"), false);
    content.resume();
    content.push(Buffer.from("d"), false);
    content.push(Buffer.from("e"), false);
    content.finish(undefined);
    for (let count = 0; count < 5; count++) content.resume();
    expect(written.map(String).join("|")).toBe("a|kept.bc|de");
    expect(String(kept)).toBe("kept.");
  });
});
