import { MonolakeError } from "@monolake/errors";
import { describe, expect, test } from "vitest";
import { IntKey, MessageType, readException, StringKey, type ThriftMessage } from "../../src/index.ts";
import { encoded, TestReader } from "../reading.ts";
import { invalidVectors, validVectors, vector } from "../vectors.ts";

const read = (bytes: Buffer) => new TestReader().feed(bytes).messages;

function readOne(name: string): ThriftMessage {
  const messages = read(vector(name));
  expect(messages).toHaveLength(1);
  return messages[0]!.message;
}

/** Apache's THeader is another format, which is not spoken here. */
const known = validVectors.filter(({ name }) => name !== "apache-theader-payload");

describe("the vectors of TTHeader", () => {
  test.each(known)("$name is read, and goes on byte for byte", ({ bytes }) => {
    const messages = read(bytes);
    expect(messages).toHaveLength(1);
    expect(encoded(messages[0]!)).toEqual(bytes);
    expect(messages[0]!.message.asItLies).toEqual(bytes);
  });

  test("a call without a header is a call", () => {
    const message = readOne("tt-min-call");
    expect(message.format).toMatchObject({ transport: "ttheader", protocol: "binary" });
    expect(message).toMatchObject({ type: MessageType.CALL, name: "ping", sequenceId: 1, headerSequence: 1 });
    expect([...message.header!.entries()]).toEqual([]);
  });

  test.each(["tt-call-all-gopkg-order", "tt-call-all-monoio-order"])(
    "%s holds its keys and its token",
    (name) => {
      const header = readOne(name).header!;
      expect(header.get(StringKey.idlServiceName)).toBe("a.b.C");
      expect(header.get(IntKey.toService)).toBe("svc");
      expect(header.get(IntKey.toMethod)).toBe("ping");
      expect(header.aclToken).toBe("tok");
      expect(header.get("absent")).toBeUndefined();
      expect(header.get(99)).toBeUndefined();
    },
  );

  test("a frame within a TTHeader is seen", () => {
    expect(readOne("tt-framed-call").format.transport).toBe("ttheader-framed");
  });

  test("an exception says what it is about", async () => {
    const message = readOne("tt-exception");
    expect(message.type).toBe(MessageType.EXCEPTION);
    expect(await readException(message)).toMatchObject({ type: 6, message: "upstream down" });
  });

  test("oneway, framed and unframed are told apart", () => {
    expect(readOne("tt-oneway")).toMatchObject({ type: MessageType.ONEWAY, name: "fire" });
    expect(readOne("framed-call").format.transport).toBe("framed");
    expect(readOne("buffered-call").format.transport).toBe("unframed");
  });

  test("what is no TTHeader is refused: Apache's THeader", () => {
    expect(() => read(vector("apache-theader-payload"))).toThrow(MonolakeError);
  });

  test.each(invalidVectors.filter(({ name }) => name !== "invalid-utf8-key"))(
    "$name is refused at once",
    ({ bytes }) => {
      expect(() => read(bytes)).toThrow(MonolakeError);
    },
  );

  test("a header that is longer than its message is refused without waiting for it", () => {
    expect(() => read(vector("bad-header-beyond-length").subarray(0, 14))).toThrow(/longer than its message/);
  });

  test("bytes that are no UTF-8 go on as they are", () => {
    const bytes = vector("invalid-utf8-key");
    const [message] = read(bytes);
    expect(encoded(message!)).toEqual(bytes);
    expect([...message!.message.header!.entries()]).toHaveLength(1);
  });
});
