import { expect, it } from "vitest";
import { ResultGroup } from "../src/index.ts";

const failed = (workerId: number, message: string) => ({
  workerId,
  ok: false as const,
  error: new Error(message),
});

it("an empty group is a success", () => {
  const group = new ResultGroup([]);
  expect(group.error()).toBeUndefined();
  expect(() => group.throwIfFailed()).not.toThrow();
});

it("a group in which nobody failed is a success and lists the values", () => {
  const group = new ResultGroup([{ workerId: 0, ok: true, value: "a" }]);
  expect(group.error()).toBeUndefined();
  expect([...group]).toEqual([{ workerId: 0, ok: true, value: "a" }]);
  expect(group.length).toBe(1);
});

it("the error of a group is the first in worker order", () => {
  const group = new ResultGroup([
    { workerId: 0, ok: true, value: "a" },
    failed(1, "first"),
    failed(2, "second"),
  ]);
  expect(group.error()?.message).toBe("first");
  expect(() => group.throwIfFailed()).toThrow("first");
});
