/** Who caused a failure: the peer we called, the peer that called us, or ourselves. */
export type ErrorSource = "upstream" | "downstream" | "internal";

const marker = Symbol.for("monolake.error");

/**
 * The base of every error that Monolake throws. Each cause has a class of its own, made by {@link defineError};
 * code that must tell them apart compares `code`, which is stable, and never the message.
 */
export abstract class MonolakeError extends Error {
  /** Stable and unique, for instance `ERR_UPSTREAM_CONNECT_TIMEOUT`. */
  abstract readonly code: string;
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
}
