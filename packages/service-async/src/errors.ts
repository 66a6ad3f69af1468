// This package depends on nothing, so its errors carry by hand what `@monolake/errors` gives to all others.
const marker = Symbol.for("monolake.error");

/** The base of this package's errors; `MonolakeError.is` of `@monolake/errors` knows them, too. */
export abstract class ServiceAsyncError extends Error {
  /** Stable and unique. */
  abstract readonly code: string;
  /** None of them comes from a peer. */
  readonly source = "internal";
  /** The same call would fail again. */
  readonly retryable = false;

  get [marker](): true {
    return true;
  }

  static {
    Object.defineProperty(ServiceAsyncError.prototype, "name", {
      configurable: true,
      get(this: object): string {
        return this.constructor.name;
      },
    });
  }
}

/** The reason of a cancellation for which none was given. */
export class CancelledError extends ServiceAsyncError {
  readonly code = "ERR_CANCELLED";

  constructor() {
    super("the operation was cancelled");
  }
}

/** A slot of a context is empty that a service asked for by `requireFrom`. */
export class MissingContextError extends ServiceAsyncError {
  readonly code = "ERR_MISSING_CONTEXT";
  /** The name of the slot. */
  readonly slot: string;

  constructor(fields: { readonly slot: string }) {
    super(`no layer provided '${fields.slot}' to this context`);
    this.slot = fields.slot;
  }
}

/** Somebody retained or released what its last holder has released already: one release too many. */
export class AlreadyReleasedError extends ServiceAsyncError {
  readonly code = "ERR_ALREADY_RELEASED";
  /** What came too late. */
  readonly operation: "retain" | "release";

  constructor(fields: { readonly operation: "retain" | "release"; readonly what: string }) {
    super(`cannot ${fields.operation} a ${fields.what} after its last holder released it`);
    this.operation = fields.operation;
  }
}

/** Services of a chain failed to end; the others of the chain ended nevertheless. */
export class DisposeError extends ServiceAsyncError {
  readonly code = "ERR_DISPOSE_FAILED";
  /** What each of them threw, from the outside in. */
  readonly errors: readonly unknown[];

  constructor(fields: { readonly errors: readonly unknown[] }) {
    const { errors } = fields;
    const [first] = errors;
    super(`${errors.length} of the services failed to end, the first with: ${String(first)}`, {
      cause: first,
    });
    this.errors = errors;
  }
}
