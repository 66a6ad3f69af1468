import { describe, expect, it } from "vitest";
import {
  createWeightedRandomSelector,
  LoadBalancerEmptyError,
  LoadBalancerWeightError,
} from "../../../src/common/index.ts";
import { chiSquare, countDraws, seededRandom } from "./seeded-random.ts";

describe("a weighted random selector", () => {
  it("selects each item in proportion to its weight, and none of weight 0", () => {
    const selector = createWeightedRandomSelector(["a", "b", "c", "d", "e"], [0, 1, 2, 0, 7], {
      random: seededRandom(3),
    });
    const counts = countDraws(() => selector.select(), 100_000);
    expect([...counts.keys()].sort()).toEqual(["b", "c", "e"]);
    const shares = new Map([
      ["b", 0.1],
      ["c", 0.2],
      ["e", 0.7],
    ]);
    // 2 degrees of freedom: above 13.8 in one of a thousand runs. The seed makes it the same in all of them.
    expect(chiSquare(counts, shares)).toBeLessThan(13.8);
  });

  it.each([
    { drawn: 0, selected: "b" },
    { drawn: 0.0999, selected: "b" },
    { drawn: 0.1, selected: "c" },
    { drawn: 0.2999, selected: "c" },
    { drawn: 0.3, selected: "e" },
    { drawn: 1 - 2 ** -53, selected: "e" },
  ])("selects $selected at $drawn of the weights laid end to end", ({ drawn, selected }) => {
    const selector = createWeightedRandomSelector(["a", "b", "c", "d", "e", "f"], [0, 1, 2, 0, 7, 0], {
      random: () => drawn,
    });
    expect(selector.select()).toBe(selected);
  });

  it("draws the alternatives in proportion to their weights, each once, and none of weight 0", () => {
    const selector = createWeightedRandomSelector(["a", "b", "c", "d", "b"], [5, 1, 3, 0, 2], {
      random: seededRandom(5),
    });
    const orders = countDraws(() => [...selector.alternatives("a")].join(""), 10_000);
    const shares = new Map([
      ["bc", 0.5],
      ["cb", 0.5],
    ]);
    // 1 degree of freedom: above 10.8 in one of a thousand runs.
    expect(chiSquare(orders, shares)).toBeLessThan(10.8);
    expect(orders.size).toBe(2);

    const firsts = createWeightedRandomSelector(["a", "b", "c", "d"], [1, 1, 9, 10], {
      random: seededRandom(9),
    });
    const counts = countDraws(() => firsts.alternatives("d").next().value as string, 11_000);
    const firstShares = new Map([
      ["a", 1 / 11],
      ["b", 1 / 11],
      ["c", 9 / 11],
    ]);
    expect(chiSquare(counts, firstShares)).toBeLessThan(13.8);
  });

  it("takes the largest weights for many items", () => {
    const items = Array.from({ length: 10_000 }, (_, index) => index);
    const selector = createWeightedRandomSelector(
      items,
      items.map(() => 65_535),
      { random: () => 1 - 2 ** -53 },
    );
    expect(selector.select()).toBe(9_999);
  });

  it.each([
    { weights: [1, -1], index: 1, value: -1, problem: "out-of-range" },
    { weights: [1, 65_536], index: 1, value: 65_536, problem: "out-of-range" },
    { weights: [1.5, 1], index: 0, value: 1.5, problem: "not-an-integer" },
    { weights: [1, Number.NaN], index: 1, value: Number.NaN, problem: "not-an-integer" },
    {
      weights: [Number.POSITIVE_INFINITY, 1],
      index: 0,
      value: Number.POSITIVE_INFINITY,
      problem: "not-an-integer",
    },
    { weights: [0, 0], index: 0, value: 0, problem: "all-zero" },
    { weights: [1], index: 1, value: undefined, problem: "missing" },
    { weights: [1, 1, 4], index: 2, value: 4, problem: "left-over" },
  ])("refuses the weights $weights of two items as $problem", ({ weights, index, value, problem }) => {
    const create = () => createWeightedRandomSelector(["a", "b"], weights);
    expect(create).toThrow(LoadBalancerWeightError);
    expect(create).toThrow(
      expect.objectContaining({ code: "ERR_LOAD_BALANCER_WEIGHT", index, value, problem }),
    );
  });

  it("says which weight is wrong, and what was expected", () => {
    const create = () => createWeightedRandomSelector(["a", "b"], [1, -1]);
    expect(create).toThrow("weight -1 of upstream 1 is invalid: expected 0 to 65535");
  });

  it("cannot be made of nothing", () => {
    expect(() => createWeightedRandomSelector([], [])).toThrow(LoadBalancerEmptyError);
  });
});
