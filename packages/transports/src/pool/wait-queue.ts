/** What a waiting caller is told: here is a connection, or there is room to open one. */
export type Turn<Connection> =
  | { readonly type: "connection"; readonly connection: Connection }
  | { readonly type: "open" };

interface Waiter<Connection> {
  readonly resolve: (turn: Turn<Connection>) => void;
  readonly reject: (error: unknown) => void;
  readonly stop: () => void;
}

/** How a caller waits. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly timeoutError: () => Error;
  readonly signal: AbortSignal | undefined;
}

/** Callers that wait for a connection to one target: who came first is served first. */
export class WaitQueue<Connection> {
  readonly #waiters = new Set<Waiter<Connection>>();

  get length(): number {
    return this.#waiters.size;
  }

  /** Waits for a turn; rejects when the time is over or the signal says so. */
  wait({ timeoutMs, timeoutError, signal }: WaitOptions): Promise<Turn<Connection>> {
    return new Promise((resolve, reject) => {
      const leave = (error: unknown) => {
        this.#waiters.delete(waiter);
        waiter.stop();
        reject(error);
      };
      const abort = () => leave(signal?.reason);
      const timer = setTimeout(() => leave(timeoutError()), timeoutMs);
      signal?.addEventListener("abort", abort, { once: true });
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const waiter: Waiter<Connection> = { resolve, reject, stop };
      this.#waiters.add(waiter);
    });
  }

  /** Gives the first one its turn; false when nobody waits. */
  serve(turn: Turn<Connection>): boolean {
    const waiter = this.#takeFirst();
    waiter?.resolve(turn);
    return waiter !== undefined;
  }

  /** Sends all of them away. */
  rejectAll(error: unknown): void {
    for (let waiter = this.#takeFirst(); waiter !== undefined; waiter = this.#takeFirst())
      waiter.reject(error);
  }

  #takeFirst(): Waiter<Connection> | undefined {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.stop();
      return waiter;
    }
    return undefined;
  }
}
