/** One line in this time is enough of what may happen again and again. */
const quietMs = 10_000;

/**
 * Reports at most once in ten seconds what happens often, the first time at once; `unreported` is how often it happened since the last
 * report and was not told.
 */
export function quietReport<Event>(
  report: (event: Event, unreported: number) => void,
): (event: Event) => void {
  let reportedMs = Number.NEGATIVE_INFINITY;
  let unreported = 0;
  return (event) => {
    const nowMs = performance.now();
    if (nowMs - reportedMs < quietMs) {
      unreported += 1;
      return;
    }
    reportedMs = nowMs;
    report(event, unreported);
    unreported = 0;
  };
}
