import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
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

  test("loses all pairs of a key in one go, however many a caller has sent", () => {
    const pairs = Buffer.concat(
      Array.from({ length: 2000 }, (_, index) => Buffer.of(0, index % 2, 0, 1, index & 0xff)),
    );
    // Padding between blocks, an access token, and a string key of the same name.
    const blocks = [
      Buffer.of(0x10, 2000 >> 8, 2000 & 0xff),
      pairs,
      Buffer.from("\0\x11\0\x02ab\0", "latin1"),
    ];
    const more = Buffer.from("\x01\0\x01\0\x011\0\x01v\x10\0\x01\0\x01\0\x01w", "latin1");
    const infos = Buffer.concat([...blocks, more]);
    const padded = Buffer.alloc(Math.ceil((infos.length + 2) / 4) * 4);
    infos.copy(padded, 2);
    const header = new TTHeader(Buffer.concat([Buffer.from("0000000010000000000000000000", "hex"), padded]));
    const copies = vi.spyOn(Buffer, "alloc");
    expect(header.delete(1)).toBe(true);
    expect(copies.mock.calls.length).toBeLessThan(3);
    copies.mockRestore();
    const left = [...header.entries()].map(({ key }) => key);
    expect(left).toEqual([...Array.from({ length: 1000 }, () => 0), "1"]);
    expect(header.aclToken).toBe("ab");
    // Two counts of 1,000 and 0, and what is not of that key as it came.
    expect(header.bytes.subarray(14, 19).toString("hex")).toBe("00001003e8");
    expect(header.bytes.subarray(19 + 5000).toString("latin1")).toMatch(
      /^\0\x11\0\x02ab\0\x01\0\x01\0\x011\0\x01v\x10\0\0\0{0,3}$/,
    );
    expect((header.bytes.length - 14) / 4).toBe(header.bytes.readUInt16BE(12));
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
