import { asError } from "@monolake/errors";
import { giveOutWaiting } from "./waiting-chunks.ts";

/**
 * One clock and one timer for all deadlines of a thread. A deadline is a number that its owner writes as often as it
 * likes, which costs nothing; every tick looks at all of them.
 */

/** Something that must happen before a time. */
export interface Expiring {
  /** A time of {@link deadlineIn}, or Infinity while there is none. */
  deadlineMs: number;
  /** Its place among those that are watched, for {@link watchDeadline} alone; classes of many objects have it as a field, with -1. */
  watchedAt?: number;
  /** The time is over. Called once for each deadline: `deadlineMs` is Infinity again. */
  onDeadline(): void;
}

/** A deadline comes never early and at most three of these late. */
const tickMs = 25;
/** A tick that is later than this was held up by a busy or suspended thread. */
const maxStepMs = 2 * tickMs;
/**
 * In no order. No `Set`: one whose members come and go makes itself a new table again and again, and each old table refers to the next,
 * so that V8 keeps most of the members that there ever were until it looks through all memory.
 */
const watched: Expiring[] = [];
let timer: NodeJS.Timeout | undefined;
let lastTickMs = 0;
let nowMs = 0;
let delayed = false;

/** The time in `ms` milliseconds, for `deadlineMs`; 0 or less means no deadline. */
export function deadlineIn(ms: number): number {
  // `nowMs` may be as old as one step.
  return ms > 0 ? nowMs + ms + maxStepMs : Number.POSITIVE_INFINITY;
}

/** The clock that deadlines are counted with: milliseconds that only go on while the thread does, for differences. */
export function deadlineClockMs(): number {
  return nowMs;
}

/** Watches `entry` until {@link unwatchDeadline}. */
export function watchDeadline(entry: Expiring): void {
  if (isWatched(entry)) return;
  entry.watchedAt = watched.length;
  watched.push(entry);
  if (timer !== undefined) return;
  lastTickMs = performance.now();
  timer = setInterval(tick, tickMs);
  timer.unref();
}

/** Forgets `entry`; the timer ends with the last one. */
export function unwatchDeadline(entry: Expiring): void {
  if (!isWatched(entry)) return;
  // The last one takes its place.
  const last = watched.pop() as Expiring;
  if (last !== entry) {
    watched[entry.watchedAt] = last;
    last.watchedAt = entry.watchedAt;
  }
  entry.watchedAt = -1;
  if (watched.length > 0) return;
  clearInterval(timer);
  timer = undefined;
}

/** How many entries are watched: for tests and figures. */
export function watchedDeadlines(): number {
  return watched.length;
}

function isWatched(entry: Expiring): entry is Expiring & { watchedAt: number } {
  const { watchedAt = -1 } = entry;
  return watchedAt >= 0 && watched[watchedAt] === entry;
}

function tick(): void {
  const systemMs = performance.now();
  const stepMs = systemMs - lastTickMs;
  lastTickMs = systemMs;
  // A thread that was held up could not see what arrived in time: that time does not count, and the thread reads what
  // waits for it before anything is late.
  nowMs += Math.min(stepMs, maxStepMs);
  const firstAfterDelay = stepMs > maxStepMs && !delayed;
  delayed = stepMs > maxStepMs;
  if (firstAfterDelay) return;
  let allHandled = false;
  // From the end: what takes the place of an entry that leaves was looked at before. Several may leave at once.
  for (let at = watched.length - 1; at >= 0; at -= 1) {
    if ((watched[at]?.deadlineMs ?? Number.POSITIVE_INFINITY) > nowMs) continue;
    // What has arrived in time is not late because it waits for its turn.
    if (!allHandled) giveOutWaiting();
    allHandled = true;
    const entry = watched[at];
    if (entry === undefined || entry.deadlineMs > nowMs) continue;
    entry.deadlineMs = Number.POSITIVE_INFINITY;
    try {
      entry.onDeadline();
    } catch (error) {
      // The others have theirs all the same.
      process.emitWarning(asError(error));
    }
  }
}
