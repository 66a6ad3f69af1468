/** Who caused a failure: the peer we called, the peer that called us, or ourselves. */
export type ErrorSource = "upstream" | "downstream" | "internal";

const marker = Symbol.for("monolake.error");
const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

/**
 * The base of every error that Monolake throws. Each cause has a class of its own, made by `defineError`; code that
 * must tell them apart uses `instanceof` or compares `code`, which is stable, and never the message.
 *
 * `instanceof MonolakeError` also holds for errors of another copy of this package.
 */
export abstract class MonolakeError extends Error {
  /** Stable and unique, for instance `ERR_UPSTREAM_CONNECT_TIMEOUT`. */
  abstract readonly code: string;
  /** Who caused it. */
  abstract readonly source: ErrorSource;
  /** Whether the same call may succeed when it is made again, perhaps elsewhere. */
  abstract readonly retryable: boolean;

  get [marker](): true {
    return true;
  }

  /** True for errors of this base, also for those of another copy of this package. */
  static is(error: unknown): error is MonolakeError {
    return typeof error === "object" && error !== null && marker in error;
  }

  static override [Symbol.hasInstance](error: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this method, and `this` tells which was asked
    return this === MonolakeError ? MonolakeError.is(error) : isOrdinaryInstance.call(this, error);
  }

  static {
    // On the prototype and not on each error, so that it is there when V8 writes the first line of the stack.
    Object.defineProperty(MonolakeError.prototype, "name", {
      configurable: true,
      get(this: object): string {
        return this.constructor.name || "MonolakeError";
      },
      // Somebody who assigns a name gets an ordinary property.
      set(this: object, value: unknown) {
        Object.defineProperty(this, "name", { value, configurable: true, writable: true });
      },
    });
  }
}
