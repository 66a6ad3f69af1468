import { Cancellation } from "@monolake/service-async";
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
  createRequest,
  Http2ClientConnection,
  type HttpRequest,
  type HttpResponse,
  readBody,
  resolveHttpClientConnectionOptions,
} from "../../../src/index.ts";
import { content, madeData, madeHeaders, mutatedFrames, setting, strayFrame } from "./made-frames.ts";
import { MemoryStream } from "./memory-stream.ts";
import { missingBytes, readFrames, turns } from "./read-frames.ts";

const options = resolveHttpClientConnectionOptions({ maxHeaderFields: 20 });

function request(random: FuzzRandom): HttpRequest {
  const headers = { Host: "test" };
  switch (random.integer(4)) {
    case 0:
      return createRequest({ method: "POST", headers, body: content(random, 100_000) });
    case 1:
      return createRequest({ method: "POST", headers, body: [content(random, 50), content(random, 80_000)] });
    case 2:
      return createRequest({ method: "HEAD", headers });
    default:
      return createRequest({ headers });
  }
}

const extras: readonly (readonly [string, string])[] = [
  ["content-length", "5"],
  ["content-length", "0"],
  ["set-cookie", "a=b"],
  ["te", "trailers"],
  ["connection", "close"],
  [":path", "/"],
];

function responseFrames(random: FuzzRandom, streamId: number): Buffer[] {
  const frames: Buffer[] = [];
  while (random.oneIn(3))
    frames.push(madeHeaders(random, streamId, [[":status", random.pick(["100", "103"])]], false));
  const fields: (readonly [string, string])[] = [[":status", random.pick(["200", "204", "304", "404", "2"])]];
  while (random.oneIn(4)) fields.push(random.pick(extras));
  const ended = random.oneIn(3);
  frames.push(madeHeaders(random, streamId, fields, ended));
  if (ended) return frames;
  while (!random.oneIn(3)) frames.push(madeData(random, streamId, content(random, 500), false));
  if (random.oneIn(4)) frames.push(madeHeaders(random, streamId, [["x-sum", "1"]], true));
  else frames.push(madeData(random, streamId, content(random, 50), true));
  return frames;
}

function answers(random: FuzzRandom, count: number): Buffer[] {
  const first = random.oneIn(3)
    ? setting(random.integer(9), random.pick([0, 1, 1000, 65_535]))
    : Buffer.alloc(0);
  const frames = [encodeFrame(frameTypes.settings, 0, 0, first)];
  const streams = Array.from({ length: count }, (_, at) => responseFrames(random, 2 * at + 1));
  while (streams.some(({ length }) => length > 0)) {
    const frame = random.pick(streams).shift();
    if (frame !== undefined) frames.push(frame);
    if (random.oneIn(5)) frames.push(strayFrame(random));
  }
  return mutatedFrames(random, frames);
}

/** How often each request was told what became of it. */
class Outcomes {
  readonly #told: number[] = [];

  start(connection: Http2ClientConnection, random: FuzzRandom): void {
    const at = this.#told.push(0) - 1;
    const cancellation = random.oneIn(6) ? new Cancellation() : undefined;
    const tell = () => {
      this.#told[at] = (this.#told[at] as number) + 1;
    };
    const responded = (response: HttpResponse): void => {
      tell();
      if (random.oneIn(4)) response.body.cancel();
      else if (!random.oneIn(4)) readBody(response.body).catch(() => {});
    };
    connection.start(request(random), { responded, failed: tell }, cancellation);
    if (cancellation !== undefined) setImmediate(() => cancellation.cancel(new Error("not wanted")));
  }

  check(): void {
    if (this.#told.some((times) => times !== 1))
      throw new FuzzDifference(`requests were told ${this.#told.join(", ")} times what became of them`);
  }
}

async function tryClient(random: FuzzRandom): Promise<number> {
  const deadlines = watchedDeadlines();
  const stream = new MemoryStream();
  let closed = false;
  const owner = {
    connectionHasRoom() {},
    connectionLeaving() {},
    connectionClosed() {
      closed = true;
    },
  };
  const connection = new Http2ClientConnection(stream, owner, options);
  const outcomes = new Outcomes();
  const count = 1 + random.integer(4);
  for (let left = count; left > 0; left -= 1) outcomes.start(connection, random);
  await turns(1);
  stream.blocked = random.oneIn(8);
  const bytes = Buffer.concat(answers(random, count));
  for (let at = 0; at < bytes.length; ) {
    const end = random.oneIn(2) ? bytes.length : at + random.integer(bytes.length - at + 1);
    stream.feed(bytes.subarray(at, end));
    at = end;
    if (random.oneIn(3)) await turns(1);
    if (random.oneIn(3)) stream.drain();
    if (random.oneIn(8) && connection.hasRoom) outcomes.start(connection, random);
  }
  await turns(2);
  stream.drain();
  const lastPing = Buffer.from("the last");
  stream.feed(Buffer.concat([missingBytes(bytes), encodeFrame(frameTypes.ping, 0, 0, lastPing)]));
  await turns(2);
  stream.drain();
  await turns(1);
  const frames = readFrames(stream.written, http2Preface.length);
  const alive = frames.some(
    ({ type, flags, payload }) =>
      type === frameTypes.ping && flags === frameFlags.ack && payload.equals(lastPing),
  );
  if (!alive && !frames.some(({ type }) => type === frameTypes.goaway))
    throw new FuzzDifference("it neither goes on nor ended");
  if (stream.writtenBytes > 2_000_000) throw new FuzzDifference(`${stream.writtenBytes} bytes were written`);
  connection.destroy();
  await turns(1);
  outcomes.check();
  if (!closed || !connection.idle) throw new FuzzDifference("it is not over when its stream is");
  if (watchedDeadlines() !== deadlines) throw new FuzzDifference("a deadline is still watched");
  return 1;
}

/** The client's side of a connection, and frames that were changed at random. */
export const http2ClientFrames: Fuzzer = { name: "http2-client-frames", tryOne: tryClient };
