import { describe, expect, it } from "vitest";
import { Pool, type PoolLimits } from "../src/index.ts";

class FakeConnection {
  closed = false;
  reusable = true;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const createPool = (limits: PoolLimits = {}) =>
  new Pool<FakeConnection>({
    ...limits,
    isReusable: (connection) => connection.reusable,
    close: (connection) => {
      expect(connection.closed).toBe(false);
      connection.closed = true;
    },
  });

/** Puts connections into the pool, named in the order of use. */
const putAll = (pool: Pool<FakeConnection>, key: string, names: string) =>
  [...names].map((name) => {
    const connection = new FakeConnection(name);
    pool.put(key, connection);
    return connection;
  });
const never = (): Promise<FakeConnection> => new Promise(() => {});
const opening = (name: string) => () => Promise.resolve(new FakeConnection(name));

describe("idle connections", () => {
  it("are taken by their key, the most recently used first", () => {
    const pool = createPool();
    putAll(pool, "a", "12");
    putAll(pool, "b", "3");
    expect(
      [pool.take("a"), pool.take("a"), pool.take("a"), pool.take("c")].map((found) => found?.name),
    ).toEqual(["2", "1", undefined, undefined]);
    expect(pool.statistics).toEqual({ open: 3, idle: 1, waiting: 0, hits: 2, misses: 2 });
    expect(pool.countersOf("a")).toEqual({ open: 2, idle: 0, waiting: 0 });
    expect(pool.countersOf("c")).toEqual({ open: 0, idle: 0, waiting: 0 });
  });

  it("are looked at before they are used again", () => {
    const pool = createPool();
    const [first, second] = putAll(pool, "a", "12");
    if (second !== undefined) second.reusable = false;
    expect(pool.take("a")).toBe(first);
    expect(second?.closed).toBe(true);
    expect(pool.statistics.open).toBe(1);
  });

  it("are forgotten when they closed while idle", () => {
    const pool = createPool();
    const [first, second, third] = putAll(pool, "a", "123");
    for (const connection of [second, second, first]) pool.remove(connection as FakeConnection);
    pool.remove(new FakeConnection("unknown"));
    expect(pool.take("a")).toBe(third);
    expect(pool.take("a")).toBeUndefined();
    expect([first?.closed, second?.closed]).toEqual([false, false]);
  });

  it("may be put twice", () => {
    const pool = createPool();
    const [connection] = putAll(pool, "a", "1");
    pool.put("a", connection as FakeConnection);
    expect(pool.statistics).toMatchObject({ open: 1, idle: 1 });
  });

  it("are bounded per key and in total: the oldest are closed", () => {
    const pool = createPool({ maxIdlePerKey: 2, maxIdle: 3 });
    const ofA = putAll(pool, "a", "123");
    const ofB = putAll(pool, "b", "45");
    expect([...ofA, ...ofB].map(({ closed }) => closed)).toEqual([true, true, false, false, false]);
    expect(pool.statistics).toMatchObject({ open: 3, idle: 3 });
  });

  it("are not kept at all when the limit is 0", () => {
    const pool = createPool({ maxIdle: 0 });
    expect(putAll(pool, "a", "1")[0]?.closed).toBe(true);
  });
});

describe("acquire", () => {
  it("prefers an idle connection to a new one", async () => {
    const pool = createPool();
    const [idle] = putAll(pool, "a", "1");
    expect(await pool.acquire("a", never)).toBe(idle);
    expect((await pool.acquire("a", opening("2"))).name).toBe("2");
    expect(pool.statistics).toEqual({ open: 2, idle: 0, waiting: 0, hits: 1, misses: 1 });
  });

  it("counts a connection while it is opened, and frees its place when that fails", async () => {
    const pool = createPool({ maxConnections: 1, maxWaiting: 0 });
    const { promise, reject } = Promise.withResolvers<FakeConnection>();
    const first = pool.acquire("a", () => promise);
    expect(pool.countersOf("a")).toEqual({ open: 1, idle: 0, waiting: 0 });
    await expect(pool.acquire("a", never)).rejects.toMatchObject({ code: "ERR_POOL_QUEUE_FULL" });
    reject(new Error("refused"));
    await expect(first).rejects.toThrow("refused");
    expect(pool.statistics.open).toBe(0);
    expect((await pool.acquire("a", opening("2"))).name).toBe("2");
  });

  it("waits for a connection that is given back, in the order of arrival", async () => {
    const pool = createPool({ maxConnections: 1 });
    const connection = await pool.acquire("a", opening("1"));
    const order: string[] = [];
    const waiters = ["x", "y"].map((name) =>
      pool.acquire("a", never).then((got) => {
        order.push(name);
        return got;
      }),
    );
    expect(pool.statistics.waiting).toBe(2);
    pool.put("a", connection);
    expect(await waiters[0]).toBe(connection);
    expect(order).toEqual(["x"]);
    pool.put("a", connection);
    expect(await waiters[1]).toBe(connection);
    expect(pool.statistics).toMatchObject({ open: 1, idle: 0, waiting: 0 });
  });

  it("opens one itself when a place becomes free while it waits", async () => {
    const pool = createPool({ maxConnections: 1 });
    const first = await pool.acquire("a", opening("1"));
    const waiter = pool.acquire("a", opening("2"));
    pool.remove(first);
    expect((await waiter).name).toBe("2");
  });

  it("hands the place on when opening fails", async () => {
    const pool = createPool({ maxConnections: 1 });
    const first = await pool.acquire("a", opening("1"));
    const failing = pool.acquire("a", () => Promise.reject(new Error("refused")));
    const last = pool.acquire("a", opening("3"));
    pool.remove(first);
    await expect(failing).rejects.toThrow("refused");
    expect((await last).name).toBe("3");
    expect(pool.statistics).toMatchObject({ open: 1, waiting: 0 });
  });

  it("hands no unfit connection to a waiter", async () => {
    const pool = createPool({ maxConnections: 1 });
    const first = await pool.acquire("a", opening("1"));
    const waiter = pool.acquire("a", opening("2"));
    first.reusable = false;
    pool.put("a", first);
    expect((await waiter).name).toBe("2");
    expect(first.closed).toBe(true);
  });

  it("refuses when the queue is full, and when the time is over", async () => {
    const pool = createPool({ maxConnections: 1, maxWaiting: 1, waitTimeoutMs: 20 });
    await pool.acquire("a", opening("1"));
    const waiter = pool.acquire("a", never);
    await expect(pool.acquire("a", never)).rejects.toMatchObject({
      code: "ERR_POOL_QUEUE_FULL",
      message: "all 1 connections to a are in use and 1 callers wait",
    });
    await expect(waiter).rejects.toMatchObject({
      code: "ERR_POOL_WAIT_TIMEOUT",
      message: "no connection to a became free within 20 ms",
    });
    expect(pool.statistics.waiting).toBe(0);
  });

  it("leaves the queue when the signal says so", async () => {
    const pool = createPool({ maxConnections: 1 });
    const connection = await pool.acquire("a", opening("1"));
    const controller = new AbortController();
    const waiter = pool.acquire("a", never, { signal: controller.signal });
    const next = pool.acquire("a", never);
    controller.abort(new Error("gone"));
    await expect(waiter).rejects.toThrow("gone");
    await expect(pool.acquire("a", never, { signal: controller.signal })).rejects.toThrow("gone");
    pool.put("a", connection);
    expect(await next).toBe(connection);
  });
});

describe("closing a pool", () => {
  it("closes what is idle, waits for what is in use, and sends the waiters away", async () => {
    const pool = createPool({ maxConnections: 1 });
    const [idle] = putAll(pool, "b", "1");
    const used = await pool.acquire("a", opening("2"));
    const waiter = pool.acquire("a", never);
    const closed = pool.close();
    expect(idle?.closed).toBe(true);
    await expect(waiter).rejects.toMatchObject({ code: "ERR_POOL_CLOSED" });
    await expect(pool.acquire("a", never)).rejects.toMatchObject({ code: "ERR_POOL_CLOSED" });
    expect(used.closed).toBe(false);
    expect(await Promise.race([closed.then(() => "closed"), Promise.resolve("waits")])).toBe("waits");
    pool.put("a", used);
    await closed;
    expect(used.closed).toBe(true);
    expect(pool.statistics).toMatchObject({ open: 0, idle: 0, waiting: 0 });
    await pool[Symbol.asyncDispose]();
  });

  it("closes a connection that is opened meanwhile", async () => {
    const pool = createPool();
    const { promise, resolve } = Promise.withResolvers<FakeConnection>();
    const acquiring = pool.acquire("a", () => promise);
    const closed = pool.close();
    const late = new FakeConnection("late");
    resolve(late);
    await expect(acquiring).rejects.toMatchObject({ code: "ERR_POOL_CLOSED" });
    await closed;
    expect(late.closed).toBe(true);
  });

  it("can close what is in use at once", async () => {
    const pool = createPool();
    const used = await pool.acquire("a", opening("1"));
    pool.destroy();
    await pool.close();
    expect(used.closed).toBe(true);
  });
});

describe("new limits", () => {
  it("close what is beyond them and let waiters in", async () => {
    const pool = createPool({ maxConnections: 1 });
    await pool.acquire("a", opening("1"));
    const waiter = pool.acquire("a", opening("2"));
    pool.updateLimits({ maxConnections: 2 });
    const second = await waiter;
    const [oldest, newest] = putAll(pool, "b", "34");
    pool.updateLimits({ maxIdle: 1 });
    expect([oldest?.closed, newest?.closed]).toEqual([true, false]);
    pool.updateLimits({ maxConnections: 1 });
    pool.put("a", second);
    expect(second.closed).toBe(true);
    expect(pool.limits).toMatchObject({ maxConnections: 1, maxIdle: 1, idleTimeoutMs: 50_000 });
  });

  it("that make no sense change nothing", () => {
    const pool = createPool();
    expect(() => pool.updateLimits({ maxIdle: 5, maxConnections: 0 })).toThrow(
      new RangeError("maxConnections: expected a number from 1, found 0"),
    );
    expect(pool.limits.maxIdle).toBe(16_384);
  });
});

describe("connections outside of the pool", () => {
  it("take places of the limit, which idle ones make room for, and leave one for callers", async () => {
    const pool = createPool({ maxConnections: 3 });
    const [first, second] = putAll(pool, "a", "12");
    const end = pool.reserve("a");
    expect(end).toBeTypeOf("function");
    expect(pool.countersOf("a")).toMatchObject({ open: 2, idle: 1 });
    expect([first?.closed, second?.closed]).toEqual([true, false]);
    expect(pool.reserve("a")).toBeTypeOf("function");
    expect(second?.closed).toBe(true);
    expect(pool.reserve("a")).toBeUndefined();
    const third = await pool.acquire("a", opening("3"));
    const waits = pool.acquire("a", opening("4"));
    expect(pool.countersOf("a")).toMatchObject({ open: 3, waiting: 1 });
    // Ends once, and whoever waits gets the place.
    end?.();
    end?.();
    expect((await waits).name).toBe("4");
    expect(third.closed).toBe(false);
    expect(pool.countersOf("a")).toMatchObject({ open: 3, waiting: 0 });
  });

  it("have no place where there is one connection at most, and any number without a limit", () => {
    expect(createPool({ maxConnections: 1 }).reserve("a")).toBeUndefined();
    const pool = createPool();
    const ends = Array.from({ length: 5 }, () => pool.reserve("a"));
    expect(pool.countersOf("a").open).toBe(5);
    for (const end of ends) end?.();
    expect(pool.countersOf("a").open).toBe(0);
  });
});
