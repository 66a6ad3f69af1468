import fc from "fast-check";
import { expect, it } from "vitest";
import { Pool } from "../src/index.ts";

interface Connection {
  readonly key: string;
  closed: boolean;
}

const step = fc.record({
  type: fc.constantFrom("take", "put", "put-new", "remove", "acquire"),
  key: fc.constantFrom("a", "b", "c"),
  choice: fc.nat(),
});

it("keeps count of every connection, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const limits = { maxConnections: 3, maxIdlePerKey: 2, maxIdle: 4, waitTimeoutMs: 60_000 };
      const pool = new Pool<Connection>({
        ...limits,
        close: (connection) => {
          connection.closed = true;
        },
      });
      const used: Connection[] = [];
      const pending = new Set<Promise<unknown>>();
      for (const { type, key, choice } of steps) {
        const picked = used[choice % Math.max(used.length, 1)];
        switch (type) {
          case "take": {
            const taken = pool.take(key);
            if (taken !== undefined) used.push(taken);
            break;
          }
          case "acquire": {
            const acquiring = pool
              .acquire(key, () => ({ key, closed: false }))
              .then((connection) => void used.push(connection));
            pending.add(acquiring.finally(() => pending.delete(acquiring)));
            break;
          }
          case "put-new":
            pool.put(key, { key, closed: false });
            break;
          default:
            if (picked === undefined) break;
            used.splice(used.indexOf(picked), 1);
            if (type === "put") pool.put(picked.key, picked);
            else pool.remove(picked);
        }
        for (let turn = 0; turn < 8; turn += 1) await null;
        const { open, idle, waiting } = pool.statistics;
        expect(open).toBe(idle + used.length);
        expect(idle).toBeLessThanOrEqual(limits.maxIdle);
        for (const name of ["a", "b", "c"]) {
          const counters = pool.countersOf(name);
          expect(counters.idle).toBeLessThanOrEqual(limits.maxIdlePerKey);
          // Nobody waits while there is a connection or a place.
          if (counters.waiting > 0)
            expect([counters.idle, counters.open]).toEqual([0, limits.maxConnections]);
        }
        expect(used.every(({ closed }) => !closed)).toBe(true);
        expect(waiting).toBeGreaterThanOrEqual(0);
      }
      const closed = pool.close();
      await Promise.allSettled(pending);
      for (const connection of used) pool.put(connection.key, connection);
      await closed;
      expect(pool.statistics).toMatchObject({ open: 0, idle: 0, waiting: 0 });
    }),
    { numRuns: 300 },
  );
});
