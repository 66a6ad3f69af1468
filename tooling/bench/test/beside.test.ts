import { describe, expect, it } from "vitest";
import { besideText } from "../src/run-beside.ts";

describe("what two checkouts are told apart by", () => {
  it("is the middle of their rounds, with each of them", () => {
    expect(besideText([0.91, 0.954, 1.02], "request")).toBe(
      "a request takes 0.954 of the processor time that it takes there (0.91 0.95 1.02)",
    );
  });

  it("is nothing when an answer was wrong", () => {
    expect(besideText([0.9, Number.NaN], "call")).toMatch(/^FAILED/);
  });
});
