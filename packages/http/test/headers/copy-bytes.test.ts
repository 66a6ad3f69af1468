import { describe, expect, it } from "vitest";
import { CopySource, copyBytes, hasSameBytes } from "../../src/headers/copy-bytes.ts";

const lengths = [...Array(40).keys(), 127, 128, 129, 130, 1_000];
const memory = Buffer.from(Array.from({ length: 2_048 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
// Not at the start of its memory, as a slab's part is not.
const source = new CopySource(memory.subarray(16));

describe("copyBytes", () => {
  it.each(lengths)("copies %i bytes to where they belong and touches nothing beside them", (length) => {
    for (const start of [0, 1, 9]) {
      for (const at of [0, 1, 13]) {
        const into = Buffer.alloc(1_100, 0xaa).subarray(3);
        const expected = Buffer.from(into);
        source.bytes.copy(expected, at, start, start + length);
        expect(copyBytes(source, start, start + length, into, at)).toBe(at + length);
        expect(into).toEqual(expected);
      }
    }
  });

  it.each(lengths)("reads and writes up to the last byte of its memory: %i bytes", (length) => {
    const into = Buffer.alloc(length);
    const end = source.bytes.length;
    expect(copyBytes(source, end - length, end, into, 0)).toBe(length);
    expect(into).toEqual(source.bytes.subarray(end - length));
  });
});

describe("hasSameBytes", () => {
  it.each(lengths)("tells %i bytes from those that differ in one", (length) => {
    const other = new CopySource(Buffer.from(source.bytes.subarray(5, 5 + length)));
    expect(hasSameBytes(source, 5, other, 0, length)).toBe(true);
    for (let at = 0; at < length; at++) {
      other.bytes[at] = (other.bytes[at] as number) ^ 0x80;
      expect(hasSameBytes(source, 5, other, 0, length)).toBe(false);
      other.bytes[at] = (other.bytes[at] as number) ^ 0x80;
    }
  });
});
