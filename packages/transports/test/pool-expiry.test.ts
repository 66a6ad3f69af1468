import { performance as clock } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pool } from "../src/index.ts";

describe("idle connections expire", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    // The pool imports the clock that the global one leads to.
    vi.spyOn(clock, "now").mockImplementation(() => performance.now());
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const createPool = (closed: string[]) =>
    new Pool<{ name: string }>({ idleTimeoutMs: 1_000, close: ({ name }) => closed.push(name) });

  it("each in its time, with one timer for all and none when there is nothing idle", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    for (const name of ["1", "2", "3"]) {
      pool.put(name === "2" ? "b" : "a", { name });
      vi.advanceTimersByTime(100);
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(710);
    expect(closed).toEqual(["1"]);
    vi.advanceTimersByTime(100);
    expect(closed).toEqual(["1", "2"]);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(closed).toEqual(["1", "2", "3"]);
    expect(vi.getTimerCount()).toBe(0);
    expect(pool.statistics.open).toBe(0);
  });

  it("counted from their last use", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    pool.put("a", { name: "1" });
    for (let use = 0; use < 5; use += 1) {
      vi.advanceTimersByTime(600);
      const connection = pool.take("a");
      expect(connection).toBeDefined();
      if (connection !== undefined) pool.put("a", connection);
      expect(vi.getTimerCount()).toBe(1);
    }
    vi.advanceTimersByTime(1_010);
    expect(closed).toEqual(["1"]);
  });

  it("a little early rather than late, when the clock was asked some time ago", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    pool.put("a", { name: "1" });
    vi.advanceTimersByTime(20);
    pool.put("a", { name: "2" });
    vi.advanceTimersByTime(940);
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(60);
    expect(closed).toEqual(["1", "2"]);
  });

  it("and those in use do not", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    pool.put("a", { name: "1" });
    pool.take("a");
    vi.advanceTimersByTime(5_000);
    expect(closed).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sooner under a shorter limit", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    pool.put("a", { name: "1" });
    vi.advanceTimersByTime(500);
    pool.updateLimits({ idleTimeoutMs: 400 });
    expect(closed).toEqual(["1"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("unless the pool is closed first, which leaves no timer", () => {
    const closed: string[] = [];
    const pool = createPool(closed);
    pool.put("a", { name: "1" });
    void pool.close();
    expect(closed).toEqual(["1"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
