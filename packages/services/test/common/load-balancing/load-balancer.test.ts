import { describe, expect, it } from "vitest";
import {
  createFirstSelector,
  createLoadBalancer,
  LoadBalancerEmptyError,
  LoadBalancerWeightError,
  type LoadBalanceStrategy,
  loadBalanceStrategies,
  type Selector,
} from "../../../src/common/index.ts";

const upstreams = [{ name: "a", weight: 0 }, { name: "b", weight: 3 }, { name: "c" }];
const names = (selector: Selector<{ readonly name: string }>, times: number) =>
  Array.from({ length: times }, () => selector.select().name).join("");

describe("the first selector", () => {
  it("always selects the first item, and has the others in their order as alternatives", () => {
    const selector = createFirstSelector(["a", "b", "a", "c"]);
    expect([selector.select(), selector.select()]).toEqual(["a", "a"]);
    expect([...selector.alternatives("a")]).toEqual(["b", "c"]);
  });
});

describe("a load balancer", () => {
  it("is random if no strategy is named", () => {
    const balancer = createLoadBalancer(undefined, upstreams, { random: () => 0.5 });
    expect(balancer.strategy).toBe("random");
    expect(names(balancer, 2)).toBe("bb");
    expect([...balancer.alternatives(upstreams[1])]).toEqual([upstreams[2], upstreams[0]]);
  });

  it("takes the upstreams' weights for weighted_random, 1 where there is none", () => {
    const numbers = [0, 0.74, 0.75];
    const balancer = createLoadBalancer("weighted_random", upstreams, { random: () => numbers.shift() ?? 0 });
    expect(names(balancer, 3)).toBe("bbc");
    expect([...balancer.alternatives(upstreams[2])]).toEqual([upstreams[1]]);
  });

  it("goes around for round_robin", () => {
    expect(names(createLoadBalancer("round_robin", upstreams), 4)).toBe("abca");
  });

  it("stays with the first for first", () => {
    expect(names(createLoadBalancer("first", upstreams), 3)).toBe("aaa");
  });

  it("gives back the upstreams themselves", () => {
    expect(createLoadBalancer("first", upstreams).select()).toBe(upstreams[0]);
    expect(createLoadBalancer("first", upstreams).items).toEqual(upstreams);
  });

  it("goes on where the one before it stood, even if another strategy came in between", () => {
    const first = createLoadBalancer("round_robin", upstreams);
    names(first, 2);
    const second = createLoadBalancer("random", upstreams, { previous: first });
    names(second, 5);
    const third = createLoadBalancer("round_robin", upstreams, { previous: second });
    expect(names(third, 2)).toBe("ca");
  });

  it.each(loadBalanceStrategies)("with strategy %s cannot be made of nothing", (strategy) => {
    expect(() => createLoadBalancer(strategy, [])).toThrow(LoadBalancerEmptyError);
  });

  it("looks at weights only where they count", () => {
    const weightless = [{ weight: 0 }, { weight: -1 }];
    expect(() => createLoadBalancer("weighted_random", weightless)).toThrow(LoadBalancerWeightError);
    for (const strategy of ["random", "round_robin", "first"] as const) {
      expect(weightless).toContain(createLoadBalancer(strategy, weightless).select());
    }
  });

  it("refuses a strategy that does not exist", () => {
    const strategy = "least_conn" as LoadBalanceStrategy;
    expect(() => createLoadBalancer(strategy, upstreams)).toThrow("unknown load balance strategy least_conn");
  });

  it("of some upstreams may stand where one of more general items is asked for", () => {
    const general: Selector<{ readonly name: string }> = createLoadBalancer("first", upstreams);
    // @ts-expect-error what is selected may be of another name's type
    const special: Selector<{ readonly name: "a" }> = general;
    expect(special.select()).toBe(upstreams[0]);
  });
});
