import type { ErrorClass } from "./define-error.ts";
import type { ErrorSource } from "./monolake-error.ts";

/** One meaning that a code was given. */
export interface ErrorMeaning {
  readonly source: ErrorSource;
  readonly retryable: boolean;
  /** The text of the function that words the message. */
  readonly message: string;
}

/** A code that two classes use for different failures, so that neither can be trusted. */
export interface ErrorConflict {
  readonly code: string;
  /** The different meanings, in the order of definition; at least two. */
  readonly meanings: readonly ErrorMeaning[];
}

interface RegisteredError {
  readonly errorClass: ErrorClass<string, object>;
  readonly meanings: ErrorMeaning[];
}

const registryKey = Symbol.for("monolake.errors");
const realm = globalThis as { [registryKey]?: Map<string, RegisteredError> };
realm[registryKey] ??= new Map();

/** Every defined error of this thread by its code; shared by all copies of this package. */
const registry = realm[registryKey];

/**
 * Keeps the first class of each code. A second definition is no failure: it is what happens when a package is loaded
 * twice, and both classes recognise each other's errors. Whether it means something else is remembered.
 */
export function registerError(errorClass: ErrorClass<string, object>, meaning: ErrorMeaning): void {
  const registered = registry.get(errorClass.code);
  if (registered === undefined) {
    registry.set(errorClass.code, { errorClass, meanings: [meaning] });
  } else if (!registered.meanings.some((known) => isSameMeaning(known, meaning))) {
    registered.meanings.push(meaning);
  }
}

const isSameMeaning = (left: ErrorMeaning, right: ErrorMeaning): boolean =>
  left.source === right.source && left.retryable === right.retryable && left.message === right.message;

/** The class that was defined first for `code` in this thread, if its package was loaded. */
export const definedError = (code: string): ErrorClass<string, object> | undefined =>
  registry.get(code)?.errorClass;

/** One class for every code defined so far, in the order of definition: what a list of all errors is made from. */
export const definedErrors = (): readonly ErrorClass<string, object>[] =>
  [...registry.values()].map((registered) => registered.errorClass);

/**
 * The codes that were defined with different meanings (source, retryable or message) in this thread. Empty in a sound
 * program, except when two versions of one package are loaded that word a message differently. For tests.
 */
export const conflictingErrors = (): readonly ErrorConflict[] =>
  [...registry]
    .filter(([, registered]) => registered.meanings.length > 1)
    .map(([code, registered]) => ({ code, meanings: [...registered.meanings] }));
