import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMessage, MessageType, TTHeader, thriftFormat } from "../src/index.ts";
import { encoded, TestReader } from "./reading.ts";
import { vector } from "./vectors.ts";

function read(bytes: Buffer) {
  const { messages } = new TestReader().feed(bytes);
  return messages[0]!;
}

describe("a TTHeader", () => {
  test("is changed where it is edited and nowhere else", () => {
    const bytes = vector("tt-call-all-gopkg-order");
    const message = read(bytes);
    const header = message.message.header!;
    header.set(6, "other");
    const changed = encoded(message);
    // "svc" at its place became "other": two bytes more, taken from the padding.
    expect(header.get(6)).toBe("other");
    const at = bytes.indexOf("svc");
    expect(changed.subarray(16, at - 2)).toEqual(bytes.subarray(16, at - 2));
    expect(changed.subarray(at - 2, at + 5)).toEqual(Buffer.from("\0\x05other"));
    const behind = bytes.subarray(at + 3, bytes.indexOf("ping", at) + 4);
    expect(changed.subarray(at + 5, at + 5 + behind.length)).toEqual(behind);
    expect(changed.readUInt32BE(0)).toBe(changed.length - 4);
    expect(read(changed).payload()).toEqual(message.payload());
  });

  test("that is edited back is what it was", () => {
    const bytes = vector("tt-call-all-monoio-order");
    const message = read(bytes);
    const header = message.message.header!;
    header.set(6, "a much longer name of a service");
    header.set("new", "value");
    header.set(6, "svc");
    expect(header.delete("new")).toBe(true);
    expect(header.delete("new")).toBe(false);
    expect(encoded(message)).toEqual(bytes);
  });

  test("gets a block for its first key of a kind", () => {
    const message = read(vector("tt-min-call"));
    message.message.header!.set("env", "canary");
    message.message.header!.set(3, "caller");
    const again = read(encoded(message)).message.header!;
    expect([...again.entries()].map(({ key, value }) => [key, value])).toEqual([
      ["env", "canary"],
      [3, "caller"],
    ]);
  });

  test("has values that are no text", () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const message = read(vector("tt-min-call"));
    message.message.header!.set("digest", bytes);
    const again = read(encoded(message)).message.header!;
    expect(again.getBytes("digest")).toEqual(bytes);
    expect(again.getBytes("other")).toBeUndefined();
  });

  test("keeps its flags", () => {
    const header = TTHeader.create({ sequenceNumber: 9, flags: 0x41 });
    header.set("a", "b");
    expect(header.flags).toBe(0x41);
    expect(header.outOfOrder).toBe(true);
    expect(header.sequenceNumber).toBe(9);
  });

  test("takes no value and no key that it cannot hold", () => {
    const header = TTHeader.create({ sequenceNumber: 1 });
    expect(() => header.set("k", "x".repeat(65_536))).toThrow(/65535/);
    expect(() => header.set("k".repeat(65_536), "x")).toThrow(/65535/);
    expect(() => header.set(70_000, "x")).toThrow(RangeError);
    for (let index = 0; index < 3; index += 1) header.set(`k${index}`, "x".repeat(65_535));
    expect(() => header.set("k4", "x".repeat(65_535))).toThrow(/262140/);
  });

  test("holds what a map would, whatever is done to it", () => {
    const key = fc.oneof(fc.constantFrom("a", "b", "isn", ""), fc.integer({ min: 0, max: 4 }));
    const edit = fc.tuple(key, fc.option(fc.string({ maxLength: 40 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const header = TTHeader.create({ sequenceNumber: 1 });
        const model = new Map<string | number, string>();
        for (const [name, value] of edits) {
          if (value === undefined) expect(header.delete(name)).toBe(model.delete(name));
          else {
            header.set(name, value);
            model.set(name, value);
          }
        }
        const format = thriftFormat("ttheader", "binary");
        const parts = { format, type: MessageType.CALL, name: "m", payload: Buffer.of(0) };
        const again = read(createMessage({ ...parts, header }).asItLies!).message.header!;
        const pairs = [...again.entries()].map(({ key: name, value }) => [name, value] as const);
        expect(new Map(pairs)).toEqual(model);
        for (const [name, value] of model) expect(again.get(name)).toBe(value);
      }),
    );
  });
});
