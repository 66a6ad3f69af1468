import { FuzzRandom } from "@monolake/test-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { clientHelloDetector } from "../../src/tls/client-hello.ts";
import { TlsClientHelloError } from "../../src/tls/index.ts";
import { clientHello } from "./tls-server.ts";

let hello: Buffer;

beforeAll(async () => {
  hello = await clientHello("Some.Example.org");
});

const outcomeOf = (bytes: Buffer) => clientHelloDetector.inspect(bytes, false);

describe("the ClientHello", () => {
  it("is complete with its last byte, and not before", () => {
    for (let length = 0; length < hello.length; length += 1)
      expect(outcomeOf(hello.subarray(0, length))).toEqual({ type: "more" });
    const expected = { type: "detected", outcome: { serverName: "some.example.org" } };
    expect(outcomeOf(hello)).toEqual(expected);
    expect(outcomeOf(Buffer.concat([hello, Buffer.from("what follows")]))).toEqual(expected);
  });

  it("may come in records of any size", () => {
    const message = hello.subarray(5);
    for (const size of [1, 3, 50, message.length - 1]) {
      const records: Buffer[] = [];
      for (let start = 0; start < message.length; start += size) {
        const part = message.subarray(start, start + size);
        records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
      }
      expect(outcomeOf(Buffer.concat(records))).toMatchObject({
        outcome: { serverName: "some.example.org" },
      });
    }
  });

  it("may name no host", () => {
    // Version 1.2, random, no session, one cipher, one compression, no extensions.
    const body = Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32),
      Buffer.from([0, 0, 2, 0x13, 1, 1, 0]),
    ]);
    const message = Buffer.concat([Buffer.from([1, 0, 0, body.length]), body]);
    const record = Buffer.concat([Buffer.from([22, 3, 1, 0, message.length]), message]);
    expect(outcomeOf(record)).toEqual({ type: "detected", outcome: { serverName: undefined } });
  });

  it("is refused when it is longer than any is, before it has come", () => {
    expect(() => outcomeOf(Buffer.from([22, 3, 1, 0x40, 0, 1, 1, 0, 0]))).toThrow(/65536 bytes/);
  });

  it("is refused in more records than anybody sends, of which each look at it would go through all", () => {
    const message = Buffer.alloc(4 + 32 * 1024);
    message.set([1, 0, 0x80, 0]);
    const records = [...message].map((byte) => Buffer.of(22, 3, 1, 0, 1, byte));
    expect(outcomeOf(Buffer.concat(records.slice(0, 4096)))).toEqual({ type: "more" });
    expect(() => outcomeOf(Buffer.concat(records.slice(0, 4097)))).toThrow(/4096 records/);
  });

  it("is read or refused, whatever it says", () => {
    const random = new FuzzRandom(7);
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(hello);
      const changes = 1 + random.integer(6);
      for (let change = 0; change < changes; change += 1)
        bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        outcomeOf(bytes.subarray(0, 1 + random.integer(bytes.length)));
        outcomeOf(bytes);
      } catch (error) {
        if (!(error instanceof TlsClientHelloError)) throw error;
      }
    }
  });
});
