import { expect, it } from "vitest";
import {
  type KnownFieldName,
  knownFieldId,
  knownFieldIdAt,
  knownFields,
} from "../../src/headers/known-fields.ts";

const some: KnownFieldName[] = [
  "host",
  "te",
  "content-length",
  "x-forwarded-proto",
  "proxy-authorization",
  "max-forwards",
];

it("known fields have the same id by name and by bytes, in any case", () => {
  for (const name of some) {
    const id = knownFieldId(name);
    expect(id).toBeGreaterThan(0);
    expect(knownFields(name)).toBe(1 << id);
    for (const spelling of [name, name.toUpperCase(), name.replace(/^./, (letter) => letter.toUpperCase())]) {
      expect(knownFieldId(spelling)).toBe(id);
      expect(knownFieldIdAt(Buffer.from(`##${spelling}: 1`), 2, spelling.length)).toBe(id);
    }
  }
});

it("a name that differs from a known one in one byte is not that field", () => {
  for (const name of some) {
    const bytes = Buffer.from(name);
    for (let at = 0; at < bytes.length; at++) {
      const original = bytes[at] as number;
      for (let byte = 0x21; byte < 0x7f; byte++) {
        bytes[at] = byte;
        const same = String.fromCharCode(byte).toLowerCase() === String.fromCharCode(original);
        expect(knownFieldIdAt(bytes, 0, bytes.length)).toBe(
          same ? knownFieldId(name) : knownFieldId(bytes.toString()),
        );
      }
      bytes[at] = original;
    }
  }
});

it("at most thirty fields are known, so that their bits fit one small integer", () => {
  expect(knownFields("max-forwards")).toBe(2 ** 30);
});
