/**
 * Places of which a connection has just broken. When a server dies all of its connections break, but this process hears of one
 * after the other: a call that takes a kept one of them meanwhile would be lost for nothing.
 */
export class SettlingPlaces {
  readonly #settled = new Map<string, Promise<void>>();

  /** A connection to `place` broke while it was in use. */
  add(place: string): void {
    if (this.#settled.has(place)) return;
    const settled = nextTurn()
      .then(nextTurn)
      .then(() => void this.#settled.delete(place));
    this.#settled.set(place, settled);
  }

  /** Resolves when all breaks that came together have been heard of; undefined when there is nothing to wait for. */
  settled(place: string): Promise<void> | undefined {
    return this.#settled.size === 0 ? undefined : this.#settled.get(place);
  }
}

/** A turn of the event loop reads what has arrived on every connection. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
