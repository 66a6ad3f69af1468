/**
 * One clock and one timer for all deadlines of a thread. A deadline is a number that its owner writes as often as it
 * likes, which costs nothing; every tick looks at all of them.
 */

/** Something that must happen before a time. */
export interface Expiring {
  /** A time of {@link deadlineIn}, or Infinity while there is none. */
  deadlineMs: number;
  /** The time is over. Called once for each deadline: `deadlineMs` is Infinity again. */
  onDeadline(): void;
}

/** A deadline comes at most two of these late and never early. */
const tickMs = 25;
const watched = new Set<Expiring>();
let timer: NodeJS.Timeout | undefined;
let lastTickMs = 0;
let nowMs = 0;

/** The time in `ms` milliseconds, for `deadlineMs`; 0 or less means no deadline. */
export function deadlineIn(ms: number): number {
  return ms > 0 ? nowMs + ms + tickMs : Number.POSITIVE_INFINITY;
}

/** Watches `entry` until {@link unwatchDeadline}. */
export function watchDeadline(entry: Expiring): void {
  watched.add(entry);
  if (timer !== undefined) return;
  lastTickMs = performance.now();
  timer = setInterval(tick, tickMs);
  timer.unref();
}

/** Forgets `entry`; the timer ends with the last one. */
export function unwatchDeadline(entry: Expiring): void {
  watched.delete(entry);
  if (watched.size > 0 || timer === undefined) return;
  clearInterval(timer);
  timer = undefined;
}

/** How many entries are watched: for tests and figures. */
export function watchedDeadlines(): number {
  return watched.size;
}

function tick(): void {
  const systemMs = performance.now();
  // While this thread was busy or suspended it could not see what arrived in time, so that time does not count.
  nowMs += Math.min(systemMs - lastTickMs, 2 * tickMs);
  lastTickMs = systemMs;
  for (const entry of watched) {
    if (entry.deadlineMs > nowMs) continue;
    entry.deadlineMs = Number.POSITIVE_INFINITY;
    entry.onDeadline();
  }
}
