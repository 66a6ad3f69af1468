/** A round of the event loop that took no longer than this has left hardly anything in a backlog. */
const quietMs = 0.3;
/** In a thread that gets little of a busy machine, quiet moments are rare. */
const maxWaitMs = 500;

/**
 * Resolves right after a round of the event loop in which nearly nothing happened, or after half a second: what waited in the
 * kernel to be accepted has been, and little can have come since.
 */
export function quietMoment(): Promise<void> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    let beforeMs = startMs;
    const look = () => {
      const nowMs = performance.now();
      if (nowMs - beforeMs <= quietMs || nowMs - startMs >= maxWaitMs) return resolve();
      beforeMs = nowMs;
      setImmediate(look);
    };
    setImmediate(look);
  });
}
