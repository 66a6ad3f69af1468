/**
 * What was thrown or rejected with, as an error: itself where it is one, else the cause of a new one with `message`, by default what
 * was thrown as text.
 */
export const asError = (thrown: unknown, message = String(thrown)): Error =>
  thrown instanceof Error ? thrown : new Error(message, { cause: thrown });
