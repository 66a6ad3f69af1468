import { describe, expect, test } from "vitest";
import {
  createMessage,
  createReader,
  createWriter,
  MessageType,
  type ThriftProtocol,
  Type,
  thriftFormat,
} from "../../src/index.ts";
import { encoded, TestReader } from "../reading.ts";
import { everyType, unframedCall } from "./walked-structures.ts";

const protocols: readonly ThriftProtocol[] = ["binary", "binary-old", "compact"];

describe.each(protocols)("an unframed message in %s", (protocol) => {
  const bytes = unframedCall(protocol);

  test("ends where its structure does, at every split point", () => {
    const twice = Buffer.concat([bytes, bytes]);
    for (let at = 0; at <= twice.length; at += 1) {
      const { messages } = new TestReader().feed(twice.subarray(0, at)).feed(twice.subarray(at));
      expect(messages.map(encoded)).toEqual([bytes, bytes]);
    }
  });

  test("may be larger than what is gathered", () => {
    const payload = longList(protocol, 100_000);
    const large = unframedCall(protocol, payload);
    const reader = new TestReader();
    for (let at = 0; at < large.length; at += 10_000) reader.feed(large.subarray(at, at + 10_000));
    reader.feed(bytes);
    expect(reader.messages.map((message) => message.message.isWhole)).toEqual([false, true]);
    expect(reader.messages.map(encoded)).toEqual([large, bytes]);
  });

  test("is refused when it has too many levels", () => {
    const nested = (levels: number) => {
      const writer = createWriter(protocol);
      for (let level = 0; level < levels; level += 1) {
        writer.writeField(1, Type.STRUCT);
        writer.beginStruct();
      }
      for (let level = 0; level < levels; level += 1) writer.endStruct();
      return unframedCall(protocol, writer.finish());
    };
    expect(new TestReader().feed(nested(63)).messages).toHaveLength(1);
    expect(() => new TestReader().feed(nested(64))).toThrow(/more than 64 levels/);
    expect(new TestReader({ maxDepth: 3 }).feed(nested(2)).messages).toHaveLength(1);
    expect(() => new TestReader({ maxDepth: 3 }).feed(nested(3))).toThrow(/more than 3 levels/);
  });

  test("is refused when it is too large, before it is here", () => {
    const large = unframedCall(protocol, longList(protocol, 5_000));
    expect(() => new TestReader({ maxFrameBytes: 4_000 }).feed(large.subarray(0, 40))).toThrow(
      /too|at least/,
    );
    expect(() => new TestReader({ maxFrameBytes: 4_000 }).feed(large)).toThrow(/at least/);
  });

  test("is refused when it claims more than can come", () => {
    const writer = createWriter(protocol);
    writer.writeField(1, Type.LIST);
    writer.beginList(Type.STRUCT, 2_000_000_000);
    expect(() => new TestReader().feed(unframedCall(protocol, writer.finish()))).toThrow(/at least/);
  });

  test("gives every value to a reader, and passes over those that nobody reads", () => {
    const reader = createReader(protocol, everyType(protocol));
    const seen: unknown[] = [];
    while (reader.nextField()) {
      if (reader.fieldId === 1) seen.push(reader.readBool());
      if (reader.fieldId === 2) seen.push(reader.readByte());
      if (reader.fieldId === 3) seen.push(reader.readI16());
      if (reader.fieldId === 40) seen.push(reader.readI32());
      if (reader.fieldId === 41) seen.push(reader.readI64());
      if (reader.fieldId === 42) seen.push(reader.readDouble());
      if (reader.fieldId === 43) seen.push(reader.readString());
      if (reader.fieldId === 44) seen.push(reader.readUuid());
      if (reader.fieldId === 46) {
        const entries = reader.readMap();
        for (let index = 0; index < entries; index += 1) {
          const key = reader.readString();
          const values = Array.from({ length: reader.readList() }, () => reader.readBool());
          seen.push([key, values]);
        }
      }
      if (reader.fieldId === 49) {
        const elements = reader.readList();
        for (let index = 0; index < elements; index += 1) {
          reader.readStruct();
          while (reader.nextField()) seen.push([reader.fieldId, reader.readBool()]);
        }
      }
    }
    expect(seen).toEqual([
      true,
      -5,
      -300,
      -70_000,
      -5_000_000_000n,
      1.5,
      "naïve",
      "00112233-4455-6677-8899-aabbccddeeff",
      ["x", [true, false, true]],
      ["y", [true, false, true]],
      [200, true],
      [200, false],
    ]);
  });

  test("is at the same field behind a structure as before it", () => {
    const writer = createWriter(protocol);
    writer.writeField(1, Type.STRUCT);
    writer.beginStruct();
    writer.writeField(2, Type.I32);
    writer.writeI32(7);
    writer.endStruct();
    const reader = createReader(protocol, writer.finish());
    reader.nextField();
    reader.readStruct();
    while (reader.nextField()) expect([reader.fieldId, reader.readI32()]).toEqual([2, 7]);
    expect(reader.fieldId).toBe(1);
  });

  test("knows the type of a list's elements behind elements that were passed over", () => {
    const writer = createWriter(protocol);
    writer.writeField(1, Type.LIST);
    writer.beginList(Type.LIST, 2);
    for (const value of [1, 2]) {
      writer.beginList(Type.I32, 1);
      writer.writeI32(value);
    }
    const reader = createReader(protocol, writer.finish());
    reader.nextField();
    for (let left = reader.readList(); left > 0; left -= 1) reader.skip(reader.elementType);
    expect(reader.nextField()).toBe(false);
  });

  test("does not give a value of another type", () => {
    const reader = createReader(protocol, everyType(protocol));
    reader.nextField();
    expect(() => reader.readString()).toThrow(/has type 2 where 11/);
  });
});

function longList(protocol: ThriftProtocol, size: number): Buffer {
  const writer = createWriter(protocol);
  writer.writeField(1, Type.LIST);
  writer.beginList(Type.STRING, size);
  for (let index = 0; index < size; index += 1) writer.writeString("x");
  return writer.finish();
}

describe("editing", () => {
  test.each(protocols)("a sequence id in %s is changed and changed back", (protocol) => {
    for (const transport of ["ttheader", "ttheader-framed", "framed", "unframed"] as const) {
      const format = thriftFormat(transport, protocol);
      const payload = everyType(protocol);
      const original = createMessage({ format, type: MessageType.CALL, name: "m", sequenceId: 5, payload });
      const bytes = Buffer.from(original.asItLies!);
      const [read] = new TestReader().feed(bytes).messages;
      const { message } = read!;
      expect(message.format).toBe(format);
      message.sequenceId = 0x7fff_fff0;
      message.headerSequence = 0x7fff_fff0;
      const [changed] = new TestReader().feed(encoded(read!)).messages;
      expect(changed!.message.sequenceId).toBe(0x7fff_fff0);
      expect(changed!.message.headerSequence).toBe(format.hasHeader ? 0x7fff_fff0 : 0);
      expect(changed!.payload()).toEqual(payload);
      message.sequenceId = 5;
      message.headerSequence = format.hasHeader ? 5 : 0;
      expect(encoded(read!)).toEqual(bytes);
    }
  });

  test.each(protocols)("a name in %s is changed, and the lengths around it", (protocol) => {
    for (const transport of ["ttheader", "ttheader-framed", "framed", "unframed"] as const) {
      const format = thriftFormat(transport, protocol);
      const payload = everyType(protocol);
      const parts = { format, type: MessageType.CALL, sequenceId: 5, payload };
      const [read] = new TestReader().feed(
        createMessage({ ...parts, name: "Service:method" }).asItLies!,
      ).messages;
      read!.message.name = "method";
      expect(encoded(read!)).toEqual(createMessage({ ...parts, name: "method" }).asItLies);
      expect(read!.message.name).toBe("method");
    }
  });
});
