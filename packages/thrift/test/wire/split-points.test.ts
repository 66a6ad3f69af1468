import { describe, expect, test } from "vitest";
import { encoded, TestReader } from "../reading.ts";
import { streamVectors, validVectors, vector } from "../vectors.ts";

const both = vector("two-frames-one-segment");
const first = both.subarray(0, both.length / 2);
const second = both.subarray(both.length / 2);

describe("messages that come in pieces", () => {
  test.each(streamVectors)("$name is two messages at every split point", ({ bytes }) => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const { messages } = new TestReader().feed(bytes.subarray(0, at)).feed(bytes.subarray(at));
      expect(messages.map(encoded)).toEqual([first, second]);
    }
  });

  test.each(validVectors.filter(({ name }) => !name.startsWith("apache")))(
    "$name twice, byte by byte",
    ({ bytes }) => {
      const reader = new TestReader();
      for (const byte of Buffer.concat([bytes, bytes])) reader.feed(Buffer.of(byte));
      expect(reader.messages.map(encoded)).toEqual([bytes, bytes]);
    },
  );

  test.each(validVectors.filter(({ name }) => !name.startsWith("apache")))(
    "$name as a large message whose payload follows its head, at every split point",
    ({ bytes }) => {
      for (let at = 0; at <= bytes.length; at += 1) {
        const reader = new TestReader({ gatherBytes: 1 });
        reader.feed(bytes.subarray(0, at)).feed(bytes.subarray(at)).feed(bytes);
        expect(reader.messages.map((message) => message.complete())).toEqual([true, true]);
        expect(reader.messages.map(encoded)).toEqual([bytes, bytes]);
      }
    },
  );

  test.each(validVectors.filter(({ name }) => !name.startsWith("apache")))(
    "$name as a large message is announced only while some of it is still to come",
    ({ bytes }) => {
      for (let at = 0; at <= bytes.length; at += 1) {
        const { reader } = new TestReader({ gatherBytes: 1 });
        for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) {
          reader.feed(Buffer.from(part), false);
          while (reader.hasMore) {
            const message = reader.next();
            if (message?.isWhole === false) expect(reader.payload).toBe(message.payload);
          }
        }
      }
    },
  );
});
