import { MonolakeError } from "@monolake/errors";
import { expectSame, FuzzDifference, type Fuzzer, type FuzzRandom, mutatedText } from "@monolake/test-kit";
import { createParser, type Parser } from "llhttp-wasm";
import { ChunkedDecoder } from "../../src/body/chunked-decoder.ts";

const create = createParser as unknown as (kind: "REQUEST" | "RESPONSE") => Parser;
const requestHead = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
const characters = 'abcdefXYZ0123456789 ;="\r\n:\0\x7f\xff';
const sizes = [
  "5",
  "05",
  "0005",
  "A",
  "a",
  "1f",
  "10",
  "0",
  "00",
  "FFFFFFFF",
  "100000000",
  "+5",
  "0x5",
  " 5",
  "5 ",
  "",
];
const extensions = ["", "", "", ";a", ";a=b", ';a="b c"', ";", ";;", ";a=b;c=d", " ;a", ";\t"];
const trailers = [
  "X-A: 1",
  "x-sum:1 2",
  "X-Empty:",
  "Content-Length: 5",
  "Host: evil",
  "X : 1",
  " folded",
  "no colon",
  "X: caf\xe9",
];

function madeBody(random: FuzzRandom): string {
  let body = "";
  for (let left = random.integer(4); left > 0; left -= 1) {
    const data = random.text(characters, 1, 20);
    const size = random.oneIn(12) ? random.pick(sizes) : data.length.toString(16);
    body += `${random.oneIn(4) ? size.toUpperCase() : size}${random.pick(extensions)}\r\n${data}\r\n`;
  }
  body += `0${random.pick(extensions)}\r\n`;
  for (let left = random.oneIn(3) ? random.integer(4) : 0; left > 0; left -= 1)
    body += `${random.pick(trailers)}\r\n`;
  return `${body}\r\n${random.oneIn(2) ? "GET /next HTTP/1.1\r\n" : ""}`;
}

/** The data and where the body ended, "refused", or "more". */
function decode(
  parts: readonly Buffer[],
): { data: string; end: number; trailers: unknown } | "refused" | "more" {
  const decoder = new ChunkedDecoder();
  let data = "";
  let end = 0;
  try {
    for (const part of parts) {
      end += decoder.decode(part, 0);
      data += part.toString("latin1", decoder.dataStart, decoder.dataEnd);
      if (decoder.done) return { data, end, trailers: decoder.trailers && [...decoder.trailers] };
    }
    return "more";
  } catch (error) {
    if (MonolakeError.is(error)) return "refused";
    throw error;
  }
}

/** What llhttp makes of a body that is whole: its data, or undefined when it is none for it. */
function askLlhttp(body: Buffer): string | undefined {
  const parser = create("REQUEST");
  let data = "";
  let complete = 0;
  parser.onHeadersComplete = () => 0;
  parser.onBody = (part) => {
    data += Buffer.from(part).toString("latin1");
    return 0;
  };
  parser.onMessageComplete = () => {
    complete += 1;
    return 0;
  };
  const code = parser.execute(Buffer.concat([Buffer.from(requestHead), body]));
  parser.destroy();
  return code === 0 && complete === 1 ? data : undefined;
}

/**
 * A body without trailers that would frame a message: we drop them (RFC 9110 section 6.5.1), llhttp takes all trailers for
 * fields of the head and refuses those.
 */
function withoutFramingTrailers(body: Buffer): Buffer {
  const lines = body.toString("latin1").split("\r\n");
  let last = lines.length - 1;
  while (last > 0 && !/^0+(?:;.*)?$/.test(lines[last] as string)) last -= 1;
  const kept = lines.filter(
    (line, index) => index <= last || !/^(?:content-length|transfer-encoding):/i.test(line),
  );
  return Buffer.from(kept.join("\r\n"), "latin1");
}

function tryBody(random: FuzzRandom): number {
  const text = madeBody(random);
  const bytes = random.oneIn(4) ? Buffer.from(text, "latin1") : mutatedText(random, text);
  const whole = decode([Buffer.from(bytes)]);
  if (typeof whole !== "string") {
    const theirs = askLlhttp(withoutFramingTrailers(bytes.subarray(0, whole.end)));
    if (theirs === undefined)
      throw new FuzzDifference(
        `llhttp takes no such body: ${JSON.stringify(bytes.toString("latin1", 0, whole.end))}`,
      );
    expectSame("llhttp reads other data", bytes, whole.data, theirs);
    if (askLlhttp(bytes.subarray(0, whole.end - 1)) !== undefined)
      throw new FuzzDifference(`for llhttp it ends earlier: ${JSON.stringify(bytes.toString("latin1"))}`);
  }
  const every = random.oneIn(24);
  const places = every
    ? Array.from({ length: bytes.length + 1 }, (_, at) => at)
    : [random.integer(bytes.length + 1), random.integer(bytes.length + 1)];
  for (const at of places) {
    const parts = decode([Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))]);
    expectSame(`in two pieces, cut at ${at}, it is read in another way`, bytes, whole, parts);
  }
  return 1 + places.length;
}

/** Chunked bodies: our decoder, whole and in two pieces, and llhttp. */
export const chunkedBodies: Fuzzer = { name: "http-chunked-bodies", tryOne: tryBody };
