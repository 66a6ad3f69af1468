import { expect, it } from "vitest";
import { deferred, eventually, feedSplit, splitEverywhere } from "../src/index.ts";

it("cuts bytes at every place", () => {
  const texts = [...splitEverywhere(Buffer.from("abc"))].map((parts) => parts.map(String));
  expect(texts).toEqual([
    ["", "abc"],
    ["a", "bc"],
    ["ab", "c"],
    ["abc", ""],
  ]);
});

it("feeds bytes in parts of a size, waiting for each", async () => {
  const parts: string[] = [];
  await feedSplit(Buffer.from("abcde"), 2, async (part) => {
    await Promise.resolve();
    parts.push(Buffer.from(part).toString());
  });
  expect(parts).toEqual(["ab", "cd", "e"]);
  await expect(feedSplit(Buffer.from("a"), 0, () => {})).rejects.toThrow(RangeError);
});

it("settles a deferred promise from outside", async () => {
  const value = deferred<number>();
  value.resolve(1);
  expect(await value.promise).toBe(1);
});

it("tries until the check holds and gives its value", async () => {
  let tries = 0;
  const value = await eventually(() => {
    tries += 1;
    if (tries < 3) throw new Error("not yet");
    return tries;
  });
  expect(value).toBe(3);
});

it("throws the last failure when the check never holds", async () => {
  const never = eventually(() => expect(1).toBe(2), { timeoutMs: 20 });
  await expect(never).rejects.toThrow(/still failing after 20 ms and \d+ tries: expected 1 to be 2/);
  await expect(eventually(() => false, { timeoutMs: 1 })).rejects.toThrow("the check gave false");
});
