/** A class of errors, as far as finding its instances goes. */
export type ErrorType<Found> = abstract new (...args: never[]) => Found;

/**
 * The first error of class `type` among `error` itself, its causes and the errors of an `AggregateError`, nearest
 * first along each chain. Chains that end in themselves are fine.
 */
export const findCause = <Found>(error: unknown, type: ErrorType<Found>): Found | undefined =>
  find(error, type, new Set());

/** Whether {@link findCause} finds an error of class `type`. */
export const isCausedBy = (error: unknown, type: ErrorType<unknown>): boolean =>
  findCause(error, type) !== undefined;

function find<Found>(error: unknown, type: ErrorType<Found>, seen: Set<unknown>): Found | undefined {
  let current = error;
  while (typeof current === "object" && current !== null && !seen.has(current)) {
    if (current instanceof type) return current;
    seen.add(current);
    const { cause, errors } = current as { readonly cause?: unknown; readonly errors?: unknown };
    if (Array.isArray(errors)) {
      for (const member of errors) {
        const found = find(member, type, seen);
        if (found !== undefined) return found;
      }
    }
    current = cause;
  }
  return undefined;
}
