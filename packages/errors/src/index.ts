export { defineError, definedError, definedErrors } from "./define-error.ts";
export type { ErrorClass, ErrorDefinition, ErrorFields } from "./define-error.ts";
export { MonolakeError } from "./monolake-error.ts";
export type { ErrorSource } from "./monolake-error.ts";
