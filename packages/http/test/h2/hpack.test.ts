import { deferred, FuzzRandom } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { FieldDecoder } from "../../src/h2/hpack/field-decoder.ts";
import { FieldEncoder } from "../../src/h2/hpack/field-encoder.ts";
import { decodeHuffman } from "../../src/h2/hpack/huffman.ts";
import { createResponse } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { ask, nodeSession } from "./node-client.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const roomy = { maxBytes: 1_000_000, maxFields: 10_000 };

function encoded(encoder: FieldEncoder, fields: readonly string[]): Buffer {
  const into = Buffer.alloc(FieldEncoder.maxBytes(fields));
  return into.subarray(0, encoder.encode(fields, into, 0));
}

describe("the decoder of field blocks", () => {
  // RFC 7541 appendix C.6: responses with Huffman coding, and a table of 256 bytes that they do not all fit in.
  it("reads the examples of the RFC, and forgets what has no room", () => {
    const decoder = new FieldDecoder(roomy);
    const first = hex(
      "3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    );
    const date = "Mon, 21 Oct 2013 20:13:21 GMT";
    const place = ["location", "https://www.example.com"];
    expect(decoder.decode(first).fields).toEqual([
      ...[":status", "302", "cache-control", "private"],
      ...["date", date, ...place],
    ]);
    expect(decoder.decode(hex("4883 640e ffc1 c0bf")).fields).toEqual([
      ...[":status", "307", "cache-control", "private"],
      ...["date", date, ...place],
    ]);
    const third = hex(
      "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    );
    expect(decoder.decode(third).fields).toEqual([
      ...[":status", "200", "cache-control", "private"],
      ...["date", "Mon, 21 Oct 2013 20:13:22 GMT", ...place],
      ...["content-encoding", "gzip"],
      ...["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
    ]);
    // The oldest of what was there had to go.
    expect(() => decoder.decode(hex("c1"))).toThrow("no field has the index 65");
  });

  it.each([
    ["an index that nobody gave", "be"],
    ["the index 0", "80"],
    ["an integer that does not end", "ffffffffffffffff"],
    ["an integer that breaks off", "ff"],
    ["a string that breaks off", "000161"],
    ["a name without a value", "0001"],
    ["a table that is larger than it may be", "3fe21f"],
    ["a size behind a field", "8220"],
    ["a Huffman code with the end in it", "00 84 ffffffff 0161"],
    ["a Huffman code with more than seven bits of padding", "00 82 1fff 0161"],
    ["padding that is not all ones", "00 81 1e 0161"],
  ])("refuses %s", (_what, block) => {
    expect(() => new FieldDecoder(roomy).decode(hex(block))).toThrow(/^the field block has/);
  });

  it.each([
    ["upper case in a name", "X", "1"],
    ["a colon in a name", "a:b", "1"],
    ["an empty name", "", "1"],
    ["a line end in a value", "a", "1\r\nb: 2"],
    ["NUL in a value", "a", "\0"],
    ["a blank in front of a value", "a", " 1"],
    ["a tab behind a value", "a", "1\t"],
  ])("tells of %s, also when it comes again by its index", (_what, name, value) => {
    const text = (one: string) => Buffer.concat([Buffer.from([one.length]), Buffer.from(one)]);
    const decoder = new FieldDecoder(roomy);
    const block = Buffer.concat([Buffer.from([0x40]), text(name), text(value)]);
    expect(decoder.decode(block).malformed).toBe(true);
    expect(decoder.decode(hex("be")).malformed).toBe(true);
    expect(decoder.decode(hex("82")).malformed).toBe(false);
  });

  it("tells of pseudo-header fields behind others", () => {
    const decoder = new FieldDecoder(roomy);
    expect(decoder.decode(hex("8284")).malformed).toBe(false);
    expect(decoder.decode(hex("828f84")).malformed).toBe(true);
  });

  it("keeps no more than it may, and understands what comes after", () => {
    const decoder = new FieldDecoder({ maxBytes: 4000, maxFields: 10 });
    const bomb = Buffer.concat([hex("4001610162"), Buffer.alloc(16_000, 0xbe)]);
    const { fields, tooLarge } = decoder.decode(bomb);
    expect([fields.length, tooLarge]).toEqual([20, true]);
    expect(decoder.decode(hex("be")).fields).toEqual(["a", "b"]);
  });
});

describe("Huffman codes", () => {
  // The canonical code of appendix B, by its lengths: codes of one length go up with their bytes.
  it("of every byte that a field may have are as nghttp2 writes them", async () => {
    const text = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      .filter((char) => /[!-~\x80-\xff]/.test(char))
      .join("");
    const seen = deferred<string>();
    await using server = await serve(async ({ headers }) => {
      seen.resolve(headers.get("x-all") ?? "");
      return createResponse();
    });
    using session = nodeSession(server);
    // Rare ones have long codes: short ones behind them, so that coding pays.
    await ask(session, { ":path": "/", "x-all": text + "0".repeat(1000) });
    expect(await seen.promise).toBe(text + "0".repeat(1000));
  });

  it("may end with up to seven ones, and with nothing else", () => {
    expect(decodeHuffman(hex("07"), 0, 1)).toBe("0");
    expect(decodeHuffman(hex("00"), 0, 1)).toBeUndefined();
    expect(decodeHuffman(hex("07ff"), 0, 2)).toBeUndefined();
    expect(decodeHuffman(hex(""), 0, 0)).toBe("");
  });
});

describe("the encoder of field blocks", () => {
  const response = [":status", "200", "Server", "a", "content-length", "5", "Set-Cookie", "secret"];

  it("sends names in lower case, and what comes again by its index", () => {
    const [encoder, decoder] = [new FieldEncoder(), new FieldDecoder(roomy)];
    const lower = [":status", "200", "server", "a", "content-length", "5", "set-cookie", "secret"];
    const blocks = [1, 2, 3].map(() => encoded(encoder, response));
    for (const block of blocks) expect(decoder.decode(block).fields).toEqual(lower);
    expect(blocks[1]?.length).toBeLessThan(blocks[0]?.length as number);
    // RFC 7541 section 7.1.3: never indexed, so that nobody on the way does it, either.
    expect(blocks[2]?.includes(Buffer.concat([hex("1f2806"), Buffer.from("secret")]))).toBe(true);
  });

  it("agrees with a decoder over any number of blocks, whatever the table may hold", () => {
    const [encoder, decoder] = [new FieldEncoder(), new FieldDecoder(roomy)];
    const random = new FuzzRandom(7);
    for (let block = 0; block < 2000; block++) {
      if (random.oneIn(50)) encoder.setMaxBytes(random.pick([0, 100, 1000, 4096, 65_536]));
      const fields = Array.from({ length: random.integer(12) }, () => [
        `x-${random.integer(300)}`,
        "v".repeat(random.integer(600)) + random.integer(20),
      ]).flat();
      expect(decoder.decode(encoded(encoder, fields)).fields).toEqual(fields);
    }
  });
});
