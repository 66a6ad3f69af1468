import { Roster, type Seat } from "@monolake/service-async";
import { destroyAccepted } from "../commands/acceptor.ts";

/** One accepted item while a service handles it. */
export interface InFlight {
  readonly accepted: unknown;
  readonly service: object;
}

/** The connections of one worker that are being served, whichever site they belong to. */
export class InFlightConnections {
  readonly #connections = new Roster<InFlight>();
  #waiting: (() => void)[] = [];
  #accepted = 0;

  get size(): number {
    return this.#connections.size;
  }

  /** All that there ever were. */
  get accepted(): number {
    return this.#accepted;
  }

  /** What it returns is for {@link delete}. */
  add(accepted: unknown, service: object): Seat<InFlight> {
    this.#accepted += 1;
    return this.#connections.add({ accepted, service });
  }

  delete(connection: Seat<InFlight>): void {
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

  /** How many a service has. */
  countOf(service: object): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.service === service) count += 1;
    return count;
  }

  /** Breaks every connection that can be broken. They leave as soon as their services notice. */
  destroyAll(error: Error): void {
    for (const { accepted } of this.#connections) destroyAccepted(accepted, error);
  }

  /** Breaks those of one service and gives their number. */
  destroyOf(service: object, error: Error): number {
    const mine = [...this.#connections].filter((connection) => connection.service === service);
    for (const { accepted } of mine) destroyAccepted(accepted, error);
    return mine.length;
  }
}
