import { copyItems, type RandomOptions, type Selector } from "./selector.ts";

/** Selects any item, each as likely as every other; so are the alternatives drawn. Throws ERR_LOAD_BALANCER_EMPTY. */
export function createRandomSelector<Item>(
  items: readonly Item[],
  options: RandomOptions = {},
): Selector<Item> {
  return new RandomSelector(copyItems(items), options.random ?? Math.random);
}

class RandomSelector<Item> implements Selector<Item> {
  readonly items: readonly Item[];
  readonly #random: () => number;

  constructor(items: readonly Item[], random: () => number) {
    this.items = items;
    this.#random = random;
  }

  select(): Item {
    return this.items[Math.floor(this.#random() * this.items.length)] as Item;
  }

  *alternatives(selected: unknown): IterableIterator<Item> {
    const untried = [...new Set(this.items)].filter((item) => item !== selected);
    while (untried.length > 0) {
      const index = Math.floor(this.#random() * untried.length);
      const item = untried[index] as Item;
      // The last one takes the place of the one that was drawn.
      untried[index] = untried[untried.length - 1] as Item;
      untried.pop();
      yield item;
    }
  }
}
