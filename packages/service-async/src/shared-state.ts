import { disposeValue } from "./dispose-chain.ts";
import { HolderCount } from "./holder-count.ts";

/**
 * State that outlives the service that made it: a pool, a table of limits. Each service that uses it holds it, the
 * successor that takes it over as well as the predecessor that still serves old connections; it is disposed when the
 * last of them ends. A service releases it in its `Symbol.asyncDispose`.
 */
export class SharedState<out Value> {
  /** The state itself; for holders only. */
  readonly value: Value;
  readonly #count: HolderCount;

  /** The maker is the first holder. `dispose` ends the value; the default uses its own dispose method, if any. */
  constructor(value: Value, dispose: (value: Value) => unknown = disposeValue) {
    this.value = value;
    this.#count = new HolderCount("state", async () => {
      await dispose(value);
    });
  }

  /**
   * The state of a predecessor with one holder more, or a new one when there is none or it has ended: what a service
   * calls when it is made.
   */
  static inherit<Value>(
    previous: SharedState<Value> | undefined,
    create: () => Value,
    dispose?: (value: Value) => unknown,
  ): SharedState<Value> {
    return previous === undefined || previous.holders === 0
      ? new SharedState(create(), dispose)
      : previous.retain();
  }

  /** How many hold the state now; 0 once it ends. */
  get holders(): number {
    return this.#count.holders;
  }

  /** Settles when the last holder is gone and the value is disposed; rejects with what that failed with. */
  get ended(): Promise<void> {
    return this.#count.ended;
  }

  /**
   * Adds a holder and returns this.
   *
   * @throws {AlreadyReleasedError} `ERR_ALREADY_RELEASED` when the last holder is gone.
   */
  retain(): this {
    this.#count.retain();
    return this;
  }

  /**
   * Takes a holder away. The promise of the last one is {@link ended}; that of any other is settled already.
   *
   * @throws {AlreadyReleasedError} `ERR_ALREADY_RELEASED`, at once, when there is no holder left.
   */
  release(): Promise<void> {
    return this.#count.release();
  }
}
