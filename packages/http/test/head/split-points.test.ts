import { readFileSync } from "node:fs";
import { MonolakeError } from "@monolake/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestHeadReader, ResponseHeadReader } from "../../src/head/head-reader.ts";
import type { RequestHead } from "../../src/head/request-head.ts";
import type { ResponseHead } from "../../src/head/response-head.ts";
import { describeHead, latin1 } from "./described-head.ts";
import { mutated, mutations, requestHeads, responseHeads } from "./generated-heads.ts";

interface Reader {
  consumed: number;
  read(chunk: Buffer, offset: number): RequestHead | ResponseHead | undefined;
}

/** What comes of a message that arrives in these pieces: the head and its length in the stream, or "refused". */
function outcome(reader: Reader, pieces: readonly Buffer[]): object | "refused" | "more" {
  let consumed = 0;
  try {
    for (const piece of pieces) {
      const head = reader.read(piece, 0);
      consumed += reader.consumed;
      if (head !== undefined) return { consumed, head: describeHead(head) };
    }
    return "more";
  } catch (error) {
    if (!MonolakeError.is(error)) throw error;
    return "refused";
  }
}

/** A copy of each part, overwritten once it is read: a reader must not keep what it borrowed. */
const split = (bytes: Buffer, ...places: number[]): Buffer[] =>
  [0, ...places].map((start, index) => Buffer.from(bytes.subarray(start, places[index] ?? bytes.length)));

const fixture = (name: string): string[] =>
  readFileSync(new URL(`./fixtures/${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { head?: string; send?: string })
    .flatMap(({ head, send }) => head ?? (send?.includes("${") ? [] : (send ?? [])));

const edges = [
  "\r\n\r\nGET / HTTP/1.1\r\nHost: x.test\r\n\r\nGET /next HTTP/1.1\r\n",
  "GET / HTTP/1.0\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost:\t x.test \t\r\nX-A:\r\nX-B: caf\xe9\r\n\r\nbody",
];

describe("a request in two pieces", () => {
  it.each(["real-requests", "cases"])("is read as in one, wherever it is split: %s", (name) => {
    for (const text of [...fixture(name), ...edges]) {
      const bytes = latin1(text);
      const whole = outcome(new RequestHeadReader(), [bytes]);
      for (let at = 0; at <= bytes.length; at++) {
        expect(
          outcome(new RequestHeadReader(), split(bytes, at)),
          `${JSON.stringify(text)} at ${at}`,
        ).toEqual(whole);
      }
    }
  });
});

describe("a response in two pieces", () => {
  it("is read as in one, wherever it is split", () => {
    const texts = [
      ...fixture("real-responses"),
      "HTTP/1.1 200\r\nX-A:b\r\n\r\nbody",
      "HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
    ];
    for (const text of texts) {
      const bytes = latin1(text);
      const whole = outcome(new ResponseHeadReader(), [bytes]);
      for (let at = 0; at <= bytes.length; at++) {
        expect(
          outcome(new ResponseHeadReader(), split(bytes, at)),
          `${JSON.stringify(text)} at ${at}`,
        ).toEqual(whole);
      }
    }
  });
});

describe("a head in many pieces", () => {
  const places = fc.array(fc.nat(300), { maxLength: 5 }).map((some) => some.sort((a, b) => a - b));
  it.each([
    ["request", requestHeads, () => new RequestHeadReader()],
    ["response", responseHeads, () => new ResponseHeadReader()],
  ] as const)("is read as in one, sound or not: %s", (_, heads, create) => {
    const every = fc.property(heads, fc.option(mutations), places, (head, changes, at) => {
      const bytes = mutated(head, changes ?? []);
      const pieces = split(bytes, ...at.map((place) => Math.min(place, bytes.length)));
      const [whole, parts] = [outcome(create(), [bytes]), outcome(create(), pieces)];
      // A first line that cannot be one is refused before the rest is there; the rest may never make it whole.
      if (whole !== "more" || parts !== "refused") expect(parts).toEqual(whole);
    });
    fc.assert(every, { numRuns: 3_000, seed: 7 });
  });
});
