import { deadlineIn, type Expiring, unwatchDeadline, watchDeadline } from "@monolake/streams";

/** How long connections live, so that long ones find other workers in time. */
export interface ConnectionLifetimeOptions {
  /** From its beginning, then a connection is closed politely. Default 0: any time. */
  readonly maxConnectionAgeMs?: number;
  /**
   * By which share, 0 to 1, the age and the number of requests of each connection are cut at random, so that connections
   * that began together do not end together. Default 0.
   */
  readonly lifetimeJitter?: number;
}

/** At least 1 and at most `limit`; 0 stays 0, which means none. */
export const jittered = (limit: number, jitter: number): number =>
  limit > 0 ? Math.max(1, Math.round(limit * (1 - Math.random() * jitter))) : limit;

/** Ends a connection politely when it is old enough. */
export class ConnectionAge implements Expiring {
  deadlineMs: number;
  watchedAt = -1;
  readonly #onDeadline: () => void;

  constructor(ageMs: number, onDeadline: () => void) {
    this.deadlineMs = deadlineIn(ageMs);
    this.#onDeadline = onDeadline;
    watchDeadline(this);
  }

  onDeadline(): void {
    unwatchDeadline(this);
    this.#onDeadline();
  }

  end(): void {
    unwatchDeadline(this);
  }
}
