import type { ErrorSource } from "./monolake-error.ts";

/** An error as plain data: it passes structured clone, so it may be posted to another thread or process. */
export interface ErrorData {
  /** The name of the class. */
  readonly name: string;
  readonly message: string;
  /** As it was where the error was thrown. */
  readonly stack?: string;
  /** The code of a Monolake error, or the one that Node.js put on its own, such as `ECONNREFUSED`. */
  readonly code?: string;
  /** Only for Monolake errors. */
  readonly source?: ErrorSource;
  /** Only for Monolake errors. */
  readonly retryable?: boolean;
  /** The error's other own properties, those that can be cloned. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: ErrorData;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly ErrorData[];
  /** Present when what was thrown is no error: the value itself, or its text when it cannot be cloned. */
  readonly thrown?: { readonly value: unknown };
}

/** How many causes are followed, in either direction. */
export const maxCauseDepth = 16;

/** How many errors one call serializes or revives, counting causes and the errors of aggregates. */
export const maxErrors = 256;

/** The properties that {@link ErrorData} has a place for, and those that would break an error if data set them. */
const reservedNames = new Set([
  "cause",
  "code",
  "message",
  "name",
  "retryable",
  "source",
  "stack",
  "__proto__",
]);

/** Whether an own property of an error travels among its fields. */
export const isFieldName = (name: string): boolean => !(reservedNames.has(name) || name in Error.prototype);
