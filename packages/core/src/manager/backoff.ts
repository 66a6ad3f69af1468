/** How long to wait before the next try, when one after the other fails. */
export interface Backoff {
  /** The pause before the next try: none before the first one, then longer and longer. */
  readonly next: () => number;
  /** A try succeeded. If what it made lasts, the next failure is a first one again. */
  readonly ready: () => void;
}

/** What lives for this long is no part of a chain of failures. */
const stableMs = 1_000;
const pause = { firstMs: 100, maxMs: 10_000 };

/** Begins to count. */
export function createBackoff(): Backoff {
  let failures = 0;
  let readyAtMs = Number.POSITIVE_INFINITY;
  return {
    next() {
      if (performance.now() - readyAtMs >= stableMs) failures = 0;
      readyAtMs = Number.POSITIVE_INFINITY;
      failures += 1;
      return failures === 1 ? 0 : Math.min(pause.firstMs * 2 ** (failures - 2), pause.maxMs);
    },
    ready() {
      readyAtMs = performance.now();
    },
  };
}
