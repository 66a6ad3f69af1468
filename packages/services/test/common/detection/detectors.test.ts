import { splitEverywhere } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type Detector, fixedLengthDetector, prefixDetector } from "../../../src/common/index.ts";

/** What a detector says byte by byte: one letter for each answer, from no bytes to all of them, then the end. */
function answers<Outcome>(detector: Detector<Outcome>, text: string): unknown[] {
  const bytes = Buffer.from(text, "latin1");
  const said: unknown[] = [];
  for (let length = 1; length <= bytes.length; length += 1) {
    const detection = detector.inspect(bytes.subarray(0, length), false);
    said.push(detection.type === "more" ? "more" : detection.outcome);
  }
  const atTheEnd = detector.inspect(bytes, true);
  return [...said, atTheEnd.type === "more" ? "more" : atTheEnd.outcome];
}

describe("a prefix detector", () => {
  const detector = prefixDetector("PRI");

  it.each([
    ["PRI", ["more", "more", true, true]],
    ["PRI *", ["more", "more", true, true, true, true]],
    ["PR", ["more", "more", false]],
    ["PUT", ["more", false, false, false]],
    ["GET", [false, false, false, false]],
    ["", [false]],
  ])("says of %j what is certain, as soon as it is", (text, expected) => {
    expect(answers(detector, text)).toEqual(expected);
  });

  it("takes bytes above 127", () => {
    expect(answers(prefixDetector(Buffer.from([0, 255])), "\x00\xff")).toEqual(["more", true, true]);
    expect(answers(prefixDetector("\xff"), "\xff")).toEqual([true, true]);
  });

  it("keeps its prefix when the caller's buffer changes", () => {
    const prefix = Buffer.from("A");
    const copied = prefixDetector(prefix);
    prefix.write("B");
    expect(answers(copied, "A")).toEqual([true, true]);
  });

  it("cannot look for nothing", () => {
    expect(() => prefixDetector("")).toThrow("the prefix to detect is empty, expected at least one byte");
  });
});

describe("a fixed length detector", () => {
  it("decides by exactly that many bytes, wherever they are cut", () => {
    const detector = fixedLengthDetector(3, (bytes) => bytes.toString());
    const bytes = Buffer.from("abcde");
    for (const [head] of splitEverywhere(bytes)) {
      const detection = detector.inspect(Buffer.from(head), false);
      expect(detection).toEqual(head.length < 3 ? { type: "more" } : { type: "detected", outcome: "abc" });
    }
    expect(detector.inspect(Buffer.from("ab"), true)).toEqual({ type: "more" });
  });

  it.each([0, -1, 1.5, Number.NaN])("cannot have a length of %d", (length) => {
    expect(() => fixedLengthDetector(length, () => true)).toThrow("expected an integer from 1 on");
  });
});
