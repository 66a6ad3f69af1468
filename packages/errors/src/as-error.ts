/**
 * What was thrown or rejected with, as an error: itself where it is one, else the cause of a new one with `message`, by default what
 * was thrown as text.
 */
export const asError = (thrown: unknown, message = textOf(thrown)): Error =>
  isError(thrown) ? thrown : new Error(message, { cause: thrown });

/** Whoever handles what was thrown must not throw because of it: a proxy may be asked for its prototype, and a revoked one throws. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    return false;
  }
}

/** As careful as {@link isError}. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "something without a text was thrown";
  }
}
