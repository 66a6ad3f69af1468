import { copyItems, othersFrom, type Selector } from "./selector.ts";

/**
 * Whose turn it is in a round robin. Whoever makes a selector in place of another hands this over, so that the turn
 * goes on instead of beginning anew; both may go on using it. It means nothing to anyone else.
 */
export interface RoundRobinState {
  /** The index of the next item, which is taken modulo the number of items. */
  position: number;
}

/** What {@link createRoundRobinSelector} may be given. */
export interface RoundRobinOptions {
  /** The state of the selector before this one. If left out, the first item comes first. */
  readonly state?: RoundRobinState;
}

/**
 * Selects the items in turn. The alternatives are those that come after the selected one, once around; they do not
 * move the turn. Throws ERR_LOAD_BALANCER_EMPTY.
 */
export function createRoundRobinSelector<Item>(
  items: readonly Item[],
  options: RoundRobinOptions = {},
): Selector<Item> & { readonly state: RoundRobinState } {
  return new RoundRobinSelector(copyItems(items), options.state ?? { position: 0 });
}

class RoundRobinSelector<Item> implements Selector<Item> {
  readonly items: readonly Item[];
  readonly state: RoundRobinState;

  constructor(items: readonly Item[], state: RoundRobinState) {
    this.items = items;
    this.state = state;
  }

  select(): Item {
    // The state may come from a longer list.
    const index = this.state.position % this.items.length;
    this.state.position = index + 1;
    return this.items[index] as Item;
  }

  alternatives(selected: unknown): IterableIterator<Item> {
    return othersFrom(this.items, selected, this.items.indexOf(selected as Item));
  }
}
