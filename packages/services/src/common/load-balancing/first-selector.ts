import { copyItems, othersFrom, type Selector } from "./selector.ts";

/**
 * Always selects the first item; the others are for when it fails, in the order of the list. With one item it is the
 * selector for those who have no choice. Throws ERR_LOAD_BALANCER_EMPTY.
 */
export function createFirstSelector<Item>(items: readonly Item[]): Selector<Item> {
  return new FirstSelector(copyItems(items));
}

class FirstSelector<Item> implements Selector<Item> {
  readonly items: readonly Item[];
  readonly #first: Item;

  constructor(items: readonly Item[]) {
    this.items = items;
    this.#first = items[0] as Item;
  }

  select(): Item {
    return this.#first;
  }

  alternatives(selected: unknown): IterableIterator<Item> {
    return othersFrom(this.items, selected, -1);
  }
}
