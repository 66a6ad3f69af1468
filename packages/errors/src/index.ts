// For whoever catches an error.

export { asError } from "./as-error.ts";
export type { ErrorType } from "./cause-chain.ts";
export { findCause, isCausedBy } from "./cause-chain.ts";
export type { ErrorSource } from "./monolake-error.ts";
export { MonolakeError } from "./monolake-error.ts";

// For whoever defines one.

export type {
  ErrorClass,
  ErrorDefinition,
  ErrorFields,
  ReservedErrorField,
  WithoutReserved,
} from "./define-error.ts";
export { defineError } from "./define-error.ts";

// For whoever sends one to another thread.

export type { ErrorData } from "./error-data.ts";
export { RevivedError, reviveError } from "./revive-error.ts";
export { serializeError } from "./serialize-error.ts";

// For whoever lists or checks all of them.

export type { ErrorConflict, ErrorMeaning } from "./error-registry.ts";
export { conflictingErrors, definedError, definedErrors } from "./error-registry.ts";
