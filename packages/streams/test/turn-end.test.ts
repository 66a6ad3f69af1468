import { once } from "node:events";
import { expect, test } from "vitest";
import { atTurnEnd } from "../src/index.ts";

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("all tasks of a turn are called at its end, in their order", async () => {
  const called: number[] = [];
  for (const number of [1, 2]) atTurnEnd({ turnEnded: () => void called.push(number) });
  await Promise.resolve();
  expect(called).toEqual([]);
  await endOfTurn();
  expect(called).toEqual([1, 2]);
});

test("a task that asks again is called again, in the next turn", async () => {
  let calls = 0;
  const task = {
    turnEnded() {
      calls += 1;
      if (calls === 1) atTurnEnd(task);
    },
  };
  atTurnEnd(task);
  await endOfTurn();
  expect(calls).toBe(1);
  await endOfTurn();
  expect(calls).toBe(2);
});

test("a task that throws is warned of, and keeps no other from its turn", async () => {
  const warned = once(process, "warning");
  const called: boolean[] = [];
  atTurnEnd({
    turnEnded() {
      throw new Error("a fault of a task");
    },
  });
  atTurnEnd({ turnEnded: () => void called.push(true) });
  await endOfTurn();
  expect(called).toEqual([true]);
  expect(String((await warned)[0])).toContain("a fault of a task");
});
