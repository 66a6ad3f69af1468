import zlib from "node:zlib";
import { createRequest, readBody } from "@monolake/http";
import { describe, expect, it } from "vitest";
import { CodecSlots } from "../../../src/http/content/codec-slots.ts";
import { RequestDecoding } from "../../../src/http/content/request-decoding.ts";

/** What comes of a body that arrives in these pieces; undefined when it is refused. */
async function decoded(pieces: readonly Buffer[] | Buffer): Promise<string | undefined> {
  const decoding = new RequestDecoding({ maxDecodedBytes: 1 << 20, maxRatio: 1000 }, new CodecSlots(4));
  const request = createRequest({
    method: "POST",
    headers: { "content-encoding": "zstd" },
    body: Buffer.isBuffer(pieces) ? pieces : [...pieces],
  });
  expect(decoding.decode(request)).toBeUndefined();
  return readBody(request.body).then(String, () => undefined);
}

/** With the length of its content in its header, of six bytes. */
const frame = zlib.zstdCompressSync(Buffer.from("some content"));
const skipped = Buffer.from("502a4d1802000000abcd", "hex");
/** A header of 18 bytes, the longest, with a dictionary that nobody has. */
const unknownDictionary = Buffer.from("28b52ffde30102030400000000000000", "hex");

describe("zstd content in pieces", () => {
  it("is refused when a frame begins, and another one follows in the next piece", async () => {
    for (const begun of [frame, unknownDictionary])
      for (let length = 1; length < 10; length++)
        for (const next of [frame, Buffer.concat([skipped, frame])])
          expect([length, await decoded([begun.subarray(0, length), next])]).toEqual([length, undefined]);
  });

  it("is refused in the same way behind a frame that is whole", async () => {
    for (let length = 1; length < 10; length++)
      expect(await decoded([Buffer.concat([frame, frame.subarray(0, length)]), frame])).toBeUndefined();
  });

  it("is the same when an empty last block makes it shorter than its header says", async () => {
    const short = Buffer.from("28b52ffd2002010000", "hex");
    const whole = await decoded(short);
    for (let cut = 0; cut <= short.length; cut++)
      expect([cut, await decoded([short.subarray(0, cut), short.subarray(cut)])]).toEqual([cut, whole]);
  });

  it("is what all frames say, wherever they are cut", async () => {
    const body = Buffer.concat([frame, skipped, frame]);
    for (let cut = 0; cut <= body.length; cut++)
      expect(await decoded([body.subarray(0, cut), body.subarray(cut)])).toBe("some contentsome content");
  });
});
