import { createFirstSelector } from "./first-selector.ts";
import { createRandomSelector } from "./random-selector.ts";
import { createRoundRobinSelector, type RoundRobinState } from "./round-robin-selector.ts";
import type { RandomOptions, Selector } from "./selector.ts";
import { createWeightedRandomSelector } from "./weighted-random-selector.ts";

/** How load is spread over upstreams, as the configuration names it. */
export type LoadBalanceStrategy = "random" | "weighted_random" | "round_robin" | "first";

/** Every {@link LoadBalanceStrategy}, the default first. */
export const loadBalanceStrategies: readonly LoadBalanceStrategy[] = [
  "random",
  "weighted_random",
  "round_robin",
  "first",
];

/** A selector together with what its successor needs when the configuration is loaded again. */
export interface LoadBalancer<out Item> extends Selector<Item> {
  readonly strategy: LoadBalanceStrategy;
  /** Whose turn it is under `round_robin`; the other strategies keep it for a successor of that one. */
  readonly state: RoundRobinState;
}

/** What {@link createLoadBalancer} may be given. */
export interface LoadBalancerOptions extends RandomOptions {
  /** The load balancer that did this work before: its turn goes on, even if the upstreams are others now. */
  readonly previous?: LoadBalancer<unknown> | undefined;
}

/**
 * Makes the selector for a strategy, `random` if none is named. Weights are looked at by `weighted_random` only, and
 * are 1 where left out. Throws ERR_LOAD_BALANCER_EMPTY and ERR_LOAD_BALANCER_WEIGHT.
 */
export function createLoadBalancer<Upstream extends { readonly weight?: number | undefined }>(
  strategy: LoadBalanceStrategy | undefined,
  upstreams: readonly Upstream[],
  options: LoadBalancerOptions = {},
): LoadBalancer<Upstream> {
  const named = strategy ?? "random";
  const state = options.previous?.state ?? { position: 0 };
  return new StrategySelector(named, state, createSelector(named, upstreams, { ...options, state }));
}

function createSelector<Upstream extends { readonly weight?: number | undefined }>(
  strategy: LoadBalanceStrategy,
  upstreams: readonly Upstream[],
  options: RandomOptions & { readonly state: RoundRobinState },
): Selector<Upstream> {
  switch (strategy) {
    case "random":
      return createRandomSelector(upstreams, options);
    case "weighted_random": {
      const weights = upstreams.map((upstream) => upstream.weight ?? 1);
      return createWeightedRandomSelector(upstreams, weights, options);
    }
    case "round_robin":
      return createRoundRobinSelector(upstreams, options);
    case "first":
      return createFirstSelector(upstreams);
    default: {
      const never: never = strategy;
      throw new TypeError(`unknown load balance strategy ${String(never)}`);
    }
  }
}

class StrategySelector<Item> implements LoadBalancer<Item> {
  readonly strategy: LoadBalanceStrategy;
  readonly state: RoundRobinState;
  readonly items: readonly Item[];
  readonly #selector: Selector<Item>;

  constructor(strategy: LoadBalanceStrategy, state: RoundRobinState, selector: Selector<Item>) {
    this.strategy = strategy;
    this.state = state;
    this.items = selector.items;
    this.#selector = selector;
  }

  select(): Item {
    return this.#selector.select();
  }

  alternatives(selected: unknown): IterableIterator<Item> {
    return this.#selector.alternatives(selected);
  }
}
