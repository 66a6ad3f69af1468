/**
 * What became of a command in a worker where nothing failed: `discarded` means that another worker failed, perhaps before
 * this one was asked.
 */
export type CommandOutcome = "applied" | "discarded";

/** How one worker answered. */
export type WorkerResult<Value> =
  | { readonly workerId: number; readonly ok: true; readonly value: Value }
  | { readonly workerId: number; readonly ok: false; readonly error: Error };

/** The answers of the workers to one question, one each, in worker order. */
export class ResultGroup<out Value> implements Iterable<WorkerResult<Value>> {
  /** As they came, in worker order. */
  readonly results: readonly WorkerResult<Value>[];

  constructor(results: readonly WorkerResult<Value>[]) {
    this.results = results;
  }

  /** How many workers answered. */
  get length(): number {
    return this.results.length;
  }

  /** The first error in worker order; undefined when no worker failed, also when there was none to fail. */
  error(): Error | undefined {
    for (const result of this.results) if (!result.ok) return result.error;
    return undefined;
  }

  /** Throws {@link ResultGroup.error}, if there is one. */
  throwIfFailed(): void {
    const error = this.error();
    if (error !== undefined) throw error;
  }

  [Symbol.iterator](): Iterator<WorkerResult<Value>> {
    return this.results[Symbol.iterator]();
  }
}
