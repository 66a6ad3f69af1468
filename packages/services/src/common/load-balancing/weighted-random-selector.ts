import { LoadBalancerWeightError } from "./errors.ts";
import { copyItems, type RandomOptions, type Selector } from "./selector.ts";

const maxWeight = 65_535;

/**
 * Selects items at random, each in proportion to its weight (an integer from 0 to 65,535); the alternatives are drawn
 * in the same proportion. An item of weight 0 is never selected, nor an alternative. Throws ERR_LOAD_BALANCER_EMPTY,
 * and ERR_LOAD_BALANCER_WEIGHT when a weight is wrong, all are 0, or there are not as many as items.
 */
export function createWeightedRandomSelector<Item>(
  items: readonly Item[],
  weights: readonly number[],
  options: RandomOptions = {},
): Selector<Item> {
  const copy = copyItems(items);
  checkWeights(copy.length, weights);
  return new WeightedRandomSelector(copy, [...weights], options.random ?? Math.random);
}

class WeightedRandomSelector<Item> implements Selector<Item> {
  readonly items: readonly Item[];
  readonly #weights: readonly number[];
  /** At each index, the sum of the weights up to and including it: integers far below 2^53. */
  readonly #sums: readonly number[];
  readonly #total: number;
  readonly #random: () => number;

  constructor(items: readonly Item[], weights: readonly number[], random: () => number) {
    this.items = items;
    this.#weights = weights;
    let sum = 0;
    this.#sums = weights.map((weight) => {
      sum += weight;
      return sum;
    });
    this.#total = sum;
    this.#random = random;
  }

  select(): Item {
    const drawn = Math.floor(this.#random() * this.#total);
    // The first item whose sum is above what was drawn; one of weight 0 has the sum of the item before it.
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sums[middle] as number) > drawn) high = middle;
      else low = middle + 1;
    }
    return this.items[low] as Item;
  }

  *alternatives(selected: unknown): IterableIterator<Item> {
    const untried = new Map<Item, number>();
    let total = 0;
    for (const [index, item] of this.items.entries()) {
      const weight = this.#weights[index] as number;
      if (weight === 0 || item === selected) continue;
      untried.set(item, (untried.get(item) ?? 0) + weight);
      total += weight;
    }
    while (untried.size > 0) {
      const [item, weight] = drawOne(untried, Math.floor(this.#random() * total));
      untried.delete(item);
      total -= weight;
      yield item;
    }
  }
}

/** The entry in which `drawn` falls, when the weights are laid end to end. */
function drawOne<Item>(weights: ReadonlyMap<Item, number>, drawn: number): [Item, number] {
  for (const entry of weights) {
    drawn -= entry[1];
    if (drawn < 0) return entry;
  }
  throw new RangeError("a random number was not below 1");
}

function checkWeights(count: number, weights: readonly number[]): void {
  for (const [index, value] of weights.entries()) {
    if (index >= count) throw new LoadBalancerWeightError({ index, value, problem: "left-over" });
    if (!Number.isInteger(value))
      throw new LoadBalancerWeightError({ index, value, problem: "not-an-integer" });
    if (value < 0 || value > maxWeight)
      throw new LoadBalancerWeightError({ index, value, problem: "out-of-range" });
  }
  if (weights.length < count) {
    throw new LoadBalancerWeightError({ index: weights.length, value: undefined, problem: "missing" });
  }
  if (weights.every((weight) => weight === 0)) {
    throw new LoadBalancerWeightError({ index: 0, value: 0, problem: "all-zero" });
  }
}
