import { describe, expect, it } from "vitest";
import { createRandomSelector, LoadBalancerEmptyError } from "../../../src/common/index.ts";
import { chiSquare, countDraws, seededRandom } from "./seeded-random.ts";

const equalShares = <Item>(items: readonly Item[]) => new Map(items.map((item) => [item, 1 / items.length]));

describe("a random selector", () => {
  it("selects each item as often as every other", () => {
    const items = ["a", "b", "c", "d", "e", "f", "g"];
    const selector = createRandomSelector(items, { random: seededRandom(7) });
    const counts = countDraws(() => selector.select(), 70_000);
    // 6 degrees of freedom: above 22.5 in one of a thousand runs. The seed makes it the same in all of them.
    expect(chiSquare(counts, equalShares(items))).toBeLessThan(22.5);
  });

  it("reaches the first and the last item at the ends of the random numbers", () => {
    const numbers = [0, 1 - 2 ** -53];
    const selector = createRandomSelector(["a", "b", "c"], { random: () => numbers.shift() ?? Number.NaN });
    expect([selector.select(), selector.select()]).toEqual(["a", "c"]);
  });

  it("draws from Math.random unless told otherwise", () => {
    const selector = createRandomSelector(["a", "b", "c"]);
    expect([...countDraws(() => selector.select(), 1_000).keys()].sort()).toEqual(["a", "b", "c"]);
  });

  it("gives all others as alternatives, once each, in any order as often as in every other", () => {
    const selector = createRandomSelector(["a", "b", "c", "d", "b"], { random: seededRandom(11) });
    const orders = countDraws(() => [...selector.alternatives("a")].join(""), 6_000);
    const shares = equalShares(["bcd", "bdc", "cbd", "cdb", "dbc", "dcb"]);
    expect([...orders.keys()].sort()).toEqual([...shares.keys()]);
    // 5 degrees of freedom: above 20.5 in one of a thousand runs.
    expect(chiSquare(orders, shares)).toBeLessThan(20.5);
  });

  it("draws no number for alternatives before one is asked for", () => {
    let draws = 0;
    const random = () => {
      draws += 1;
      return 0;
    };
    const alternatives = createRandomSelector(["a", "b", "c"], { random }).alternatives("a");
    expect(draws).toBe(0);
    alternatives.next();
    expect(draws).toBe(1);
  });

  it("has no alternative to a lone item", () => {
    const selector = createRandomSelector(["a"]);
    expect(selector.select()).toBe("a");
    expect([...selector.alternatives("a")]).toEqual([]);
  });

  it("does not see what becomes of the list that it was given", () => {
    const items = ["a"];
    const selector = createRandomSelector(items, { random: () => 0.99 });
    items.push("b");
    expect(selector.select()).toBe("a");
    expect(selector.items).toEqual(["a"]);
  });

  it("cannot be made of nothing", () => {
    expect(() => createRandomSelector([])).toThrow(LoadBalancerEmptyError);
    expect(() => createRandomSelector([])).toThrow(
      expect.objectContaining({ code: "ERR_LOAD_BALANCER_EMPTY" }),
    );
  });
});
