import { describe, expect, it } from "vitest";
import { least, median, medianRatio, rotated } from "../src/statistics.ts";

describe("median", () => {
  it("is the middle of an odd number of values, in whatever order they come", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("is the mean of the two in the middle of an even number", () => {
    expect(median([1, 100, 3, 5])).toBe(4);
  });

  it("sorts by size, not by text", () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it("leaves the values as they were", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("does not exist without values", () => {
    expect(median([])).toBeUndefined();
    expect(least([])).toBeUndefined();
  });
});

describe("medianRatio", () => {
  it("compares round by round, not the medians", () => {
    // The machine is three times as fast in the last round: the ratio of the medians would be 20 / 10 = 2.
    expect(medianRatio([5, 20, 30], [10, 10, 60])).toBe(0.5);
  });

  it("leaves out rounds in which one of the two is missing", () => {
    expect(medianRatio([undefined, 8, 6], [1, undefined, 3])).toBe(2);
  });

  it("does not exist without a round that has both", () => {
    expect(medianRatio([1], [undefined])).toBeUndefined();
    expect(medianRatio([1, 2], [])).toBeUndefined();
  });
});

describe("rotated", () => {
  it("begins with another one each round, and keeps the order", () => {
    expect([0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round).join(""))).toEqual([
      "abc",
      "bca",
      "cab",
      "abc",
    ]);
  });

  it("leaves nothing as it is", () => {
    expect(rotated([], 3)).toEqual([]);
  });
});
