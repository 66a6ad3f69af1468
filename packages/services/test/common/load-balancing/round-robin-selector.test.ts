import { describe, expect, it } from "vitest";
import {
  createRoundRobinSelector,
  LoadBalancerEmptyError,
  type Selector,
} from "../../../src/common/index.ts";

const draw = (selector: Selector<string>, times: number) =>
  Array.from({ length: times }, () => selector.select()).join("");

describe("a round robin selector", () => {
  it("selects the items in turn, from the first", () => {
    expect(draw(createRoundRobinSelector(["a", "b", "c"]), 7)).toBe("abcabca");
  });

  it("goes on where the one before it stood", () => {
    const before = createRoundRobinSelector(["a", "b", "c"]);
    draw(before, 2);
    const after = createRoundRobinSelector(["x", "y", "z"], { state: before.state });
    expect(draw(after, 2)).toBe("zx");
  });

  it("goes on with fewer and with more items than before", () => {
    const before = createRoundRobinSelector(["a", "b", "c", "d", "e"]);
    draw(before, 4);
    expect(draw(createRoundRobinSelector(["x", "y", "z"], { state: { ...before.state } }), 3)).toBe("yzx");
    expect(draw(createRoundRobinSelector([..."123456"], { state: { ...before.state } }), 3)).toBe("561");
  });

  it("takes turns with the one before it, while both are in use", () => {
    const before = createRoundRobinSelector(["a", "b", "c"]);
    const after = createRoundRobinSelector(["a", "b", "c"], { state: before.state });
    expect([before, after, before, after].map((selector) => selector.select()).join("")).toBe("abca");
  });

  it("gives those behind the selected one as alternatives, once around, and does not move the turn", () => {
    const selector = createRoundRobinSelector(["a", "b", "c", "b", "d"]);
    draw(selector, 2);
    expect([...selector.alternatives("b")].join("")).toBe("cda");
    expect([...selector.alternatives("d")].join("")).toBe("abc");
    expect(selector.select()).toBe("c");
  });

  it("gives every item as an alternative to one that it does not know", () => {
    expect([...createRoundRobinSelector(["a", "b"]).alternatives("z")].join("")).toBe("ab");
  });

  it("cannot be made of nothing", () => {
    expect(() => createRoundRobinSelector([])).toThrow(LoadBalancerEmptyError);
  });
});
