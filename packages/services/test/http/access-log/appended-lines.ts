import { expect } from "vitest";

/** How many lines each of the threads writes. */
export const linesEach = 2000;

/** Expects every line of both threads, whole and in the order of its thread. */
export function expectAllLines(text: string): void {
  const next = { a: 0, b: 0 };
  for (const line of text.trimEnd().split("\n")) {
    const [name, index, rest] = line.split(" ") as ["a" | "b", string, string];
    if (rest !== name.repeat(next[name] % 300)) expect.unreachable(`torn: ${line}`);
    expect(Number(index)).toBe(next[name]);
    next[name] += 1;
  }
  expect(next).toEqual({ a: linesEach, b: linesEach });
}
