import { destroyAccepted } from "./acceptor.ts";

/** One accepted item while a service handles it. */
export interface InFlight {
  readonly accepted: unknown;
}

/** The connections of one worker that are being served, whichever site they belong to. */
export class InFlightConnections {
  readonly #connections = new Set<InFlight>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#connections.size;
  }

  add(accepted: unknown): InFlight {
    const connection: InFlight = { accepted };
    this.#connections.add(connection);
    return connection;
  }

  delete(connection: InFlight): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when no connection is left, which may be at once. */
  whenEmpty(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Breaks every connection that can be broken. They leave as soon as their services notice. */
  destroyAll(error: Error): void {
    for (const { accepted } of [...this.#connections]) destroyAccepted(accepted, error);
  }
}
