// What the heads of one proxied exchange cost: read the request, read the response, write both anew without the
// fields that end at the proxy and with X-Forwarded-For.
// Run: node --conditions=@monolake/source bench/head.bench.ts
import { createParser, type Parser } from "llhttp-wasm";
import { resolveHeadLimits } from "../src/head/head-limits.ts";
import { RequestHeadReader, ResponseHeadReader } from "../src/head/head-reader.ts";
import type { RequestHead } from "../src/head/request-head.ts";
import type { ResponseHead } from "../src/head/response-head.ts";
import { readStrictRequest } from "../src/head/strict-request.ts";
import { readStrictResponse } from "../src/head/strict-response.ts";
import { encodeText } from "../src/headers/encode-text.ts";
import { knownFields } from "../src/headers/known-fields.ts";

const request = Buffer.from(
  "GET /1k HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" +
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) bench/1.0\r\n" +
    "Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n" +
    "Accept-Language: en-US,en;q=0.5\r\nCookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n" +
    "X-Request-Id: 7b1f2c3d-4e5f-6071-8293-a4b5c6d7e8f9\r\n\r\n",
);
const response = Buffer.concat([
  Buffer.from(
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\n" +
      "Content-Type: text/plain\r\nContent-Length: 1024\r\nConnection: keep-alive\r\n\r\n",
  ),
  Buffer.alloc(1024, "x"),
]);
const hopByHop = knownFields("connection", "keep-alive", "te", "trailer", "upgrade", "proxy-connection");
const into = Buffer.allocUnsafeSlow(65536);
const emptyLine = (at: number): number => {
  into[at] = 0x0d;
  into[at + 1] = 0x0a;
  return at + 2;
};

function writeRequest(head: RequestHead): number {
  const { headers } = head;
  headers.deleteAllOf(hopByHop);
  headers.append("X-Forwarded-For", "127.0.0.1");
  let at = encodeText(into, 0, head.method);
  into[at] = 0x20;
  at = encodeText(into, at + 1, head.target);
  at = encodeText(into, at, " HTTP/1.1\r\n");
  return emptyLine(headers.encode(into, at));
}
function writeResponse(head: ResponseHead): number {
  head.headers.deleteAllOf(hopByHop);
  const at = encodeText(into, 0, "HTTP/1.1 200 OK\r\n");
  return emptyLine(head.headers.encode(into, at));
}

const requests = new RequestHeadReader();
const responses = new ResponseHeadReader();
const limits = resolveHeadLimits();
const responseHead = response.subarray(0, response.indexOf("\r\n\r\n") + 4);
const strictRequest = () => readStrictRequest(request, request.indexOf(13), limits);
const strictResponse = () => readStrictResponse(responseHead, response.indexOf(13), limits);

const create = createParser as unknown as (kind: "REQUEST" | "RESPONSE") => Parser;
const parsers = [create("REQUEST"), create("RESPONSE")] as const;
let seen = 0;
for (const parser of parsers) {
  parser.onHeadersComplete = (head) => {
    seen += head.rawHeaders.length;
    return 0;
  };
}

const variants: Record<string, () => number> = {
  "read request": () => (requests.read(request, 0) as RequestHead).bytes,
  "read response": () => (responses.read(response, 0) as ResponseHead).bytes,
  "exchange, fast path": () =>
    writeRequest(requests.read(request, 0) as RequestHead) +
    writeResponse(responses.read(response, 0) as ResponseHead),
  "exchange, slow path (strict reader and llhttp-wasm)": () =>
    writeRequest(strictRequest()) + writeResponse(strictResponse()),
  "llhttp-wasm alone, both heads, nothing written": () => {
    for (const [index, parser] of parsers.entries()) {
      parser.execute(index === 0 ? request : responseHead);
      parser.reset();
    }
    return seen;
  },
};

function nanoseconds(run: () => number, rounds: number): number {
  let sum = 0;
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round++) sum += run();
  const elapsed = Number(process.hrtime.bigint() - start);
  if (sum === 0) throw new Error("nothing was read");
  return elapsed / rounds;
}

for (const [name, run] of Object.entries(variants)) {
  nanoseconds(run, 20_000);
  const rounds = Array.from({ length: 9 }, () => nanoseconds(run, 30_000)).sort((a, b) => a - b);
  const [best, median] = [rounds[0] as number, rounds[4] as number];
  console.log(
    `${name.padEnd(52)} best ${best.toFixed(0).padStart(6)} ns   median ${median.toFixed(0).padStart(6)} ns`,
  );
}
