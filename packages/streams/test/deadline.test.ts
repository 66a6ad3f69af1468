import { bytesMadeOld } from "@monolake/test-kit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deadlineIn, type Expiring, unwatchDeadline, watchDeadline, watchedDeadlines } from "../src/index.ts";

const tickMs = 25;

/** A clock that stands still unless a test moves it. */
let clockMs = 1000;

/** The timer fires, `lateMs` after it should have. */
function tick(lateMs = 0): void {
  clockMs += tickMs + lateMs;
  vi.advanceTimersToNextTimer();
}

class Entry implements Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  firedAtMs: number[] = [];
  onDeadline(): void {
    this.firedAtMs.push(clockMs);
  }
}

function watched(): Entry & Disposable {
  const entry = Object.assign(new Entry(), { [Symbol.dispose]: () => unwatchDeadline(entry) });
  watchDeadline(entry);
  return entry;
}

describe("deadlines", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    vi.spyOn(performance, "now").mockImplementation(() => clockMs);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("fire once, not early, and at most three ticks late", () => {
    using entry = watched();
    for (let offsetMs = 0; offsetMs < tickMs; offsetMs++) {
      tick();
      clockMs += offsetMs;
      const setAtMs = clockMs;
      entry.deadlineMs = deadlineIn(200);
      clockMs -= offsetMs;
      while (entry.firedAtMs.length === 0) tick();
      const [firedAtMs] = entry.firedAtMs.splice(0) as [number];
      expect(firedAtMs - setAtMs).toBeGreaterThanOrEqual(200);
      expect(firedAtMs - setAtMs).toBeLessThanOrEqual(200 + 3 * tickMs);
      expect(entry.deadlineMs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("are never early, however late the ticks are and whenever they are set", () => {
    using entry = watched();
    let random = 1;
    const upTo = (limit: number) => {
      random = (random * 48271) % 2147483647;
      return random % limit;
    };
    for (let round = 0; round < 2000; round++) {
      const lateMs = [0, upTo(tickMs), upTo(3 * tickMs), upTo(2000)][upTo(4)] as number;
      const setAfterMs = upTo(tickMs + lateMs + 1);
      const setAtMs = clockMs + setAfterMs;
      const timeoutMs = 1 + upTo(300);
      clockMs = setAtMs;
      entry.deadlineMs = deadlineIn(timeoutMs);
      clockMs -= setAfterMs;
      tick(lateMs);
      while (entry.firedAtMs.length === 0) tick(upTo(tickMs));
      const [firedAtMs] = entry.firedAtMs.splice(0) as [number];
      expect(firedAtMs - setAtMs).toBeGreaterThanOrEqual(timeoutMs);
    }
  });

  it("do not count the time in which the thread was held up", () => {
    using entry = watched();
    tick();
    entry.deadlineMs = deadlineIn(1000);
    tick(60_000);
    expect(entry.firedAtMs).toEqual([]);
    for (let count = 0; count < 36; count++) tick();
    expect(entry.firedAtMs).toEqual([]);
    for (let count = 0; count < 8; count++) tick();
    expect(entry.firedAtMs.length).toBe(1);
  });

  it("let a thread that was held up read first, but fire when it is held up all the time", () => {
    using entry = watched();
    tick();
    entry.deadlineMs = deadlineIn(1);
    tick(1000);
    expect(entry.firedAtMs).toEqual([]);
    tick(1000);
    expect(entry.firedAtMs.length).toBe(1);
  });

  it("are numbers that may be moved and taken back", () => {
    using entry = watched();
    entry.deadlineMs = deadlineIn(100);
    for (let count = 0; count < 100; count++) {
      tick();
      entry.deadlineMs = deadlineIn(100);
    }
    entry.deadlineMs = Number.POSITIVE_INFINITY;
    for (let count = 0; count < 100; count++) tick();
    expect(entry.firedAtMs).toEqual([]);
  });

  it("do not exist for 0, less, or for ever", () => {
    expect([0, -1, Number.POSITIVE_INFINITY].map(deadlineIn)).toEqual(
      Array(3).fill(Number.POSITIVE_INFINITY),
    );
  });

  it("use one timer, and none when nothing is watched", () => {
    const first = watched();
    const second = watched();
    expect(vi.getTimerCount()).toBe(1);
    expect(watchedDeadlines()).toBe(2);
    unwatchDeadline(first);
    expect(vi.getTimerCount()).toBe(1);
    unwatchDeadline(second);
    unwatchDeadline(second);
    expect(vi.getTimerCount()).toBe(0);
    expect(watchedDeadlines()).toBe(0);
  });

  it("may watch and forget inside each other", () => {
    using second = watched();
    using first = watched();
    first.onDeadline = () => {
      unwatchDeadline(first);
      unwatchDeadline(second);
      second.deadlineMs = 0;
    };
    first.deadlineMs = deadlineIn(1);
    for (let count = 0; count < 10 && watchedDeadlines() > 0; count++) tick();
    expect(watchedDeadlines()).toBe(0);
    expect(second.firedAtMs).toEqual([]);
  });

  it("are kept for the others when one throws", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    using first = watched();
    using second = watched();
    first.onDeadline = () => {
      throw new Error("a fault in a deadline");
    };
    first.deadlineMs = deadlineIn(1);
    second.deadlineMs = deadlineIn(1);
    for (let count = 0; count < 5; count++) tick();
    expect(second.firedAtMs.length).toBe(1);
    expect((await warned).message).toBe("a fault in a deadline");
  });
});

describe("what is no longer watched", () => {
  it("is not kept by what still is, however many come and go", async () => {
    const watching: Entry[] = [];
    const watchOne = () => {
      const entry = Object.assign(new Entry(), { memory: new Array(8 * 1024).fill(0) });
      watchDeadline(entry);
      watching.push(entry);
    };
    const forgetFirst = () => unwatchDeadline(watching.shift() as Entry);
    for (let count = 0; count < 10; count += 1) watchOne();
    const kept = await bytesMadeOld(async () => {
      for (let count = 0; count < 200; count += 1) {
        watchOne();
        forgetFirst();
      }
    });
    while (watching.length > 0) forgetFirst();
    expect(watchedDeadlines()).toBe(0);
    // Those that are watched in the end, and hardly more.
    expect(kept).toBeLessThan(20 * 64 * 1024);
  });
});
