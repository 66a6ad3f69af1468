import { BaseContext } from "@monolake/service-async";
import { watchedDeadlines } from "@monolake/streams";
import {
  encodeFrame,
  FuzzDifference,
  type Fuzzer,
  type FuzzRandom,
  frameFlags,
  frameTypes,
  http2Preface,
} from "@monolake/test-kit";
import {
  createResponse,
  HttpCore,
  type HttpRequest,
  type HttpResponse,
  readBody,
} from "../../../src/index.ts";
import { content, madeData, madeHeaders, mutatedFrames, setting, strayFrame } from "./made-frames.ts";
import { MemoryStream } from "./memory-stream.ts";
import { missingBytes, readFrames, turns } from "./read-frames.ts";

/** What a request is answered with. */
async function answer(request: HttpRequest): Promise<HttpResponse> {
  const { target, body } = request;
  if (target === "/echo") return Object.assign(createResponse(), { body });
  if (target === "/read") return createResponse(await readBody(body));
  if (target === "/large") return createResponse(Buffer.alloc(100_000));
  if (target === "/broken") throw new Error("broken");
  if (target === "/pieces") return createResponse([Buffer.alloc(1000), Buffer.alloc(70_000)]);
  if (target === "/never") return new Promise<never>(() => {});
  return createResponse("hello");
}

const targets = ["/", "/echo", "/read", "/large", "/broken", "/pieces", "/never"];
const methods = ["GET", "POST", "HEAD", "CONNECT", "OPTIONS"];
const extras: readonly (readonly [string, string])[] = [
  ["content-length", "5"],
  ["content-length", "0"],
  ["expect", "100-continue"],
  ["cookie", "a=b"],
  ["te", "trailers"],
  ["connection", "close"],
  ["x-a", "b"],
  [":protocol", "websocket"],
];

function requestFrames(random: FuzzRandom, streamId: number): Buffer[] {
  const fields: (readonly [string, string])[] = [
    [":method", random.oneIn(2) ? random.pick(methods) : "POST"],
    [":scheme", "http"],
    [":path", random.pick(targets)],
    [":authority", "test"],
  ];
  while (random.oneIn(3)) fields.push(random.pick(extras));
  if (random.oneIn(2)) return [madeHeaders(random, streamId, fields, true)];
  const frames = [madeHeaders(random, streamId, fields, false)];
  while (!random.oneIn(3)) frames.push(madeData(random, streamId, content(random, 200), false));
  if (random.oneIn(4)) frames.push(madeHeaders(random, streamId, [["x-sum", "1"]], true));
  else if (!random.oneIn(6)) frames.push(madeData(random, streamId, content(random, 50), true));
  return frames;
}

function conversation(random: FuzzRandom): Buffer[] {
  const first = random.oneIn(3)
    ? setting(random.integer(9), random.pick([0, 1, 1000, 65_535]))
    : Buffer.alloc(0);
  const frames = [encodeFrame(frameTypes.settings, 0, 0, first)];
  const streams = Array.from({ length: 1 + random.integer(4) }, (_, at) => requestFrames(random, 2 * at + 1));
  while (streams.some(({ length }) => length > 0)) {
    const stream = random.pick(streams);
    const frame = stream.shift();
    if (frame !== undefined) frames.push(frame);
    if (random.oneIn(4)) frames.push(strayFrame(random));
  }
  return mutatedFrames(random, frames);
}

const lastPing = Buffer.from("the last");

/** The connection has to be of use still, or to have said why not. */
function checkEnd(stream: MemoryStream): void {
  const frames = readFrames(stream.written);
  const ended = frames.some(({ type }) => type === frameTypes.goaway);
  const alive = frames.some(
    ({ type, flags, payload }) =>
      type === frameTypes.ping && flags === frameFlags.ack && payload.equals(lastPing),
  );
  if (!ended && !alive) throw new FuzzDifference("it neither goes on nor ended");
}

async function tryServer(random: FuzzRandom): Promise<number> {
  const deadlines = watchedDeadlines();
  const core = new HttpCore<BaseContext>({ call: answer }, { http2: { maxConcurrentStreams: 3 } });
  const stream = new MemoryStream();
  const over = core.call(stream, new BaseContext());
  stream.feed(http2Preface);
  stream.blocked = random.oneIn(8);
  const bytes = Buffer.concat(conversation(random));
  for (let at = 0; at < bytes.length; ) {
    const end = random.oneIn(2) ? bytes.length : at + random.integer(bytes.length - at + 1);
    stream.feed(bytes.subarray(at, end));
    at = end;
    if (random.oneIn(3)) await turns(1);
    if (random.oneIn(3)) stream.drain();
  }
  await turns(2);
  stream.drain();
  stream.feed(Buffer.concat([missingBytes(bytes), encodeFrame(frameTypes.ping, 0, 0, lastPing)]));
  await turns(2);
  stream.drain();
  await turns(1);
  checkEnd(stream);
  if (stream.writtenBytes > 2_000_000) throw new FuzzDifference(`${stream.writtenBytes} bytes were written`);
  stream.destroy();
  await over;
  if (watchedDeadlines() !== deadlines) throw new FuzzDifference("a deadline is still watched");
  return 1;
}

/** The server's side of a connection, and frames that were changed at random. */
export const http2ServerFrames: Fuzzer = { name: "http2-server-frames", tryOne: tryServer };
