import { expect, it } from "vitest";
import { encodeLine, encodeNumber, encodeText } from "../../src/headers/encode-text.ts";

it("whole numbers are written as String would have them", () => {
  const into = Buffer.alloc(20);
  for (const value of [
    0,
    1,
    9,
    10,
    99,
    100,
    1024,
    65_535,
    2 ** 31,
    999_999_999_999_999,
    Number.MAX_SAFE_INTEGER,
  ]) {
    const end = encodeNumber(into, 2, value);
    expect(into.toString("latin1", 2, end)).toBe(String(value));
  }
});

it("text of any length is written where it should be, and nothing around it", () => {
  const into = Buffer.alloc(200);
  for (let length = 0; length < 80; length++) {
    into.fill("#");
    const text = "\xe9".repeat(length);
    expect(encodeText(into, 5, text)).toBe(5 + length);
    expect(into.toString("latin1", 0, 10 + length)).toBe(`#####${text}#####`);
    expect(encodeLine(into, 1, "a", text)).toBe(length + 6);
    expect(into.toString("latin1", 0, length + 7)).toBe(`#a: ${text}\r\n#`);
  }
});
