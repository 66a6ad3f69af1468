import { LoadBalancerEmptyError } from "./errors.ts";

/** Chooses one of several items, time after time. */
export interface Selector<out Item> {
  /** All that there is to choose from, in the order in which it was given. */
  readonly items: readonly Item[];
  /** The item whose turn it is. Never fails, never waits, and allocates nothing. */
  readonly select: () => Item;
  /**
   * What to try after `selected`, which {@link Selector.select} returned, has failed: every other item once, an item
   * that is in the list twice too. It moves no selector's turn, and only who iterates pays.
   */
  readonly alternatives: (selected: unknown) => IterableIterator<Item>;
}

/** Where selectors that draw lots take them from. */
export interface RandomOptions {
  /** A number from 0 up to, not including, 1. `Math.random` if left out; tests give a seeded one. */
  readonly random?: () => number;
}

/** A copy of the items, which are at least one. */
export function copyItems<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length === 0) throw new LoadBalancerEmptyError();
  return [...items];
}

/** The different items, other than `selected`, in the order of the list, starting behind `index` and going round. */
export function* othersFrom<Item>(
  items: readonly Item[],
  selected: unknown,
  index: number,
): IterableIterator<Item> {
  const tried = new Set<unknown>([selected]);
  for (let step = 1; step <= items.length; step += 1) {
    const item = items[(index + step) % items.length] as Item;
    if (tried.has(item)) continue;
    tried.add(item);
    yield item;
  }
}
