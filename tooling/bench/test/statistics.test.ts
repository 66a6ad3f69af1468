import { describe, expect, it } from "vitest";
import { least, median, rotated } from "../src/statistics.ts";

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
