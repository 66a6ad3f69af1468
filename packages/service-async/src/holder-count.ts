import { AlreadyReleasedError } from "./errors.ts";

const nothingToWaitFor = Promise.resolve();

/** Counts holders, starting with one, and runs `end` once, when the last one is gone. */
export class HolderCount {
  readonly #what: string;
  readonly #end: () => Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  #holders = 1;

  constructor(what: string, end: () => Promise<void>) {
    this.#what = what;
    this.#end = end;
    // Whoever releases need not wait, so that a failure that nobody looks at must not count as unhandled.
    this.#ended.promise.catch(() => undefined);
  }

  get holders(): number {
    return this.#holders;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  retain(): void {
    if (this.#holders === 0) throw new AlreadyReleasedError({ operation: "retain", what: this.#what });
    this.#holders += 1;
  }

  release(): Promise<void> {
    if (this.#holders === 0) throw new AlreadyReleasedError({ operation: "release", what: this.#what });
    this.#holders -= 1;
    if (this.#holders > 0) return nothingToWaitFor;
    this.#end().then(this.#ended.resolve, this.#ended.reject);
    return this.#ended.promise;
  }
}
