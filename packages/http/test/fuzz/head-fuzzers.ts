import { MonolakeError } from "@monolake/errors";
import { putIntoReadMemory } from "@monolake/streams";
import { expectSame, FuzzDifference, type Fuzzer, type FuzzRandom, mutatedText } from "@monolake/test-kit";
import { type HeadLimits, resolveHeadLimits } from "../../src/head/head-limits.ts";
import { RequestHeadReader, ResponseHeadReader } from "../../src/head/head-reader.ts";
import { methodNumbers } from "../../src/head/methods.ts";
import { readPlainRequest } from "../../src/head/plain-request.ts";
import { readPlainResponse } from "../../src/head/plain-response.ts";
import type { RequestHead } from "../../src/head/request-head.ts";
import type { ResponseHead } from "../../src/head/response-head.ts";
import { readStrictRequest } from "../../src/head/strict-request.ts";
import { readStrictResponse } from "../../src/head/strict-response.ts";
import { describeHead } from "../head/described-head.ts";
import { askLlhttp } from "../head/llhttp-alone.ts";
import { madeRequestHead, madeResponseHead } from "./made-heads.ts";

type Head = RequestHead | ResponseHead;

/** The readers of one kind of message. */
interface Readers {
  readonly kind: "REQUEST" | "RESPONSE";
  readonly make: (random: FuzzRandom) => string;
  readonly open: () => { consumed: number; read(chunk: Buffer, offset: number): Head | undefined };
  readonly plain: (bytes: Buffer, start: number, end: number, limits: HeadLimits) => Head | undefined;
  readonly strict: (bytes: Buffer, firstLineEnd: number, limits: HeadLimits) => Head;
}

const limits = resolveHeadLimits();

/** The head and where it ended, "refused", or "more". */
function outcome(
  { open }: Readers,
  pieces: readonly Buffer[],
): { consumed: number; head: Head } | "refused" | "more" {
  const reader = open();
  let consumed = 0;
  try {
    for (const piece of pieces) {
      const head = reader.read(piece, 0);
      consumed += reader.consumed;
      if (head !== undefined) return { consumed, head };
    }
    return "more";
  } catch (error) {
    if (MonolakeError.is(error)) return "refused";
    throw error;
  }
}

type Outcome = ReturnType<typeof outcome>;

const described = (result: Outcome): unknown =>
  typeof result === "string" ? result : { consumed: result.consumed, head: describeHead(result.head) };

/** A copy of each part: a reader must not keep what it borrowed. */
const cut = (bytes: Buffer, at: number): Buffer[] => [
  Buffer.from(bytes.subarray(0, at)),
  Buffer.from(bytes.subarray(at)),
];

/** llhttp-wasm decodes what it read as UTF-8. */
const asUtf8 = (text: string): string => Buffer.from(text, "latin1").toString("utf8");

/** Minor versions above 1 mean 1 to us (RFC 9110 section 2.5), and llhttp knows none of them. */
const laterVersion = {
  REQUEST: /^([^\r\n]* HTTP\/1\.)[2-9](?=\r\n)/,
  RESPONSE: /^(HTTP\/1\.)[2-9](?=[ \r])/,
};

/** Fails unless llhttp reads the same in the bytes of the head. */
function expectLlhttpAgrees(kind: Readers["kind"], head: Head, bytes: Buffer): void {
  const known = bytes.toString("latin1").replace(laterVersion[kind], (_, before: string) => `${before}1`);
  const judged = askLlhttp(kind, Buffer.from(known, "latin1"));
  if (judged === undefined)
    throw new FuzzDifference(`llhttp refuses ${JSON.stringify(bytes.toString("latin1"))}`);
  const ours =
    "method" in head ? [methodNumbers.get(head.method), head.target] : [head.status, asUtf8(head.reason)];
  const theirs =
    "method" in head ? [judged.method, judged.url] : [judged.statusCode, judged.statusMessage ?? ""];
  const trimmed = judged.rawHeaders.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));
  expectSame(
    "llhttp reads another head",
    bytes,
    [...ours, 1, head.minorVersion],
    [...theirs, judged.versionMajor, judged.versionMinor],
  );
  expectSame("llhttp reads other fields", bytes, [...head.headers].flat().map(asUtf8), trimmed);
}

function tryHead(readers: Readers, random: FuzzRandom): number {
  const text = readers.make(random);
  const sound = random.oneIn(4);
  const bytes = sound ? Buffer.from(text, "latin1") : mutatedText(random, text);
  const plain = readers.plain(bytes, 0, bytes.length, limits);
  // The description first: a head lives in memory that the next one uses.
  const plainDescription = plain && describeHead(plain);
  const scanned = readers.plain(putIntoReadMemory(bytes), 0, bytes.length, limits);
  const scannedDescription = scanned && describeHead(scanned);
  expectSame("the scanner of WebAssembly reads another head", bytes, scannedDescription, plainDescription);
  if (plain !== undefined) {
    const whole = bytes.subarray(0, plain.bytes);
    expectLlhttpAgrees(readers.kind, plain, whole);
    const strict = describeHead(readers.strict(whole, whole.indexOf("\r\n"), limits));
    expectSame("the strict reader reads another head than the fast path", bytes, plainDescription, strict);
  }
  const result = outcome(readers, [bytes]);
  const whole = described(result);
  if (typeof result !== "string" && plain === undefined) {
    const start = result.consumed - result.head.bytes;
    expectLlhttpAgrees(readers.kind, result.head, bytes.subarray(start, result.consumed));
  }
  // Every place now and then, two of them always.
  const every = random.oneIn(24);
  const places = every
    ? Array.from({ length: bytes.length + 1 }, (_, at) => at)
    : [random.integer(bytes.length + 1), random.integer(bytes.length + 1)];
  for (const at of places) {
    const parts = described(outcome(readers, cut(bytes, at)));
    // A first line that cannot be one is refused before the rest is there, which may never make it whole.
    if (whole === "more" && parts === "refused") continue;
    expectSame(`in two pieces, cut at ${at}, it is read in another way`, bytes, whole, parts);
  }
  return 1 + places.length;
}

const requests: Readers = {
  kind: "REQUEST",
  make: madeRequestHead,
  open: () => new RequestHeadReader(),
  plain: readPlainRequest,
  strict: readStrictRequest,
};

const responses: Readers = {
  kind: "RESPONSE",
  make: madeResponseHead,
  open: () => new ResponseHeadReader(),
  plain: readPlainResponse,
  strict: readStrictResponse,
};

/** Request heads: the fast path, the strict reader and llhttp, whole and in two pieces. */
export const requestHeads: Fuzzer = {
  name: "http-request-heads",
  tryOne: (random) => tryHead(requests, random),
};

/** The same for response heads. */
export const responseHeads: Fuzzer = {
  name: "http-response-heads",
  tryOne: (random) => tryHead(responses, random),
};
