import { setImmediate, setTimeout } from "node:timers/promises";

/** How long {@link eventually} tries, and how often. */
export interface EventuallyOptions {
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Pause between two tries after the first few. Default 5. */
  readonly intervalMs?: number;
}

/**
 * Tries `check` until it neither throws nor gives `false`, and gives its value. Only for states that no event announces
 * (a count inside another thread, a file, a log): wait for the event everywhere else.
 *
 * Throws an error that names the last failure as its cause when the time is over.
 */
export async function eventually<Value>(
  check: () => Value | Promise<Value>,
  { timeoutMs = 10_000, intervalMs = 5 }: EventuallyOptions = {},
): Promise<Exclude<Value, false>> {
  const deadline = performance.now() + timeoutMs;
  let tries = 0;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false) return value as Exclude<Value, false>;
      failure = "the check gave false";
    } catch (error) {
      failure = error;
    }
    tries += 1;
    if (performance.now() >= deadline) {
      const message = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`still failing after ${timeoutMs} ms and ${tries} tries: ${message}`, {
        cause: failure,
      });
    }
    await (tries < 10 ? setImmediate() : setTimeout(intervalMs));
  }
}
