import { BaseContext } from "@monolake/service-async";
import {
  encodeFrame,
  expectSame,
  type Fuzzer,
  type FuzzRandom,
  frameFlags,
  frameTypes,
  http2Preface,
  uint32,
} from "@monolake/test-kit";
import { FieldDecoder } from "../../../src/h2/hpack/field-decoder.ts";
import { createResponse, HttpCore, type HttpRequest, readBody } from "../../../src/index.ts";
import { content, madeData, madeHeaders, setting } from "./made-frames.ts";
import { MemoryStream } from "./memory-stream.ts";
import { readFrames, turns } from "./read-frames.ts";

const { data, headers, priority, rstStream, settings, ping, goaway, windowUpdate, continuation } = frameTypes;
const { endHeaders, endStream } = frameFlags;

function requestFrames(random: FuzzRandom, streamId: number): Buffer[] {
  const body = random.oneIn(2) ? undefined : content(random, 60);
  const fields: (readonly [string, string])[] = [
    [":method", body === undefined ? random.pick(["GET", "HEAD"]) : "POST"],
    [":scheme", "http"],
    [":path", random.pick(["/", "/read", "/large"])],
    [":authority", "test"],
    ["x-id", `${streamId}`],
  ];
  if (body === undefined) return [madeHeaders(random, streamId, fields, true)];
  if (random.oneIn(2)) fields.push(["content-length", `${body.length}`]);
  const cut = random.integer(body.length + 1);
  const frames = [
    madeHeaders(random, streamId, fields, false),
    madeData(random, streamId, body.subarray(0, cut), false),
  ];
  if (random.oneIn(3)) {
    frames.push(madeData(random, streamId, body.subarray(cut), false));
    frames.push(madeHeaders(random, streamId, [["x-sum", "1"]], true));
  } else frames.push(madeData(random, streamId, body.subarray(cut), true));
  return frames;
}

/** Frames that change nothing for the messages, or let more of them through. */
function between(random: FuzzRandom): Buffer {
  switch (random.integer(5)) {
    case 0:
      return encodeFrame(ping, 0, 0, Buffer.alloc(8, random.integer(256)));
    case 1:
      return encodeFrame(priority, 0, 99, Buffer.from([0, 0, 0, 0, 15]));
    case 2:
      return encodeFrame(windowUpdate, 0, 0, uint32(1 + random.integer(100_000)));
    case 3:
      return encodeFrame(settings, 0, 0, setting(4, random.pick([0, 10, 65_535, 200_000])));
    default:
      return encodeFrame(0xaa, random.integer(256), random.integer(9), content(random, 20));
  }
}

function conversation(random: FuzzRandom): Buffer {
  const frames = [http2Preface, encodeFrame(settings, 0, 0)];
  const streams = Array.from({ length: 1 + random.integer(3) }, (_, at) => requestFrames(random, 2 * at + 1));
  let next = 0;
  while (streams.some(({ length }) => length > 0)) {
    // Streams are opened in their order.
    const at = random.integer(Math.min(next + 1, streams.length));
    if (at === next) next += 1;
    const frame = streams[at]?.shift();
    if (frame !== undefined) frames.push(frame);
    if (random.oneIn(4)) frames.push(between(random));
  }
  // All that may come now comes.
  frames.push(
    encodeFrame(settings, 0, 0, setting(4, 1_000_000)),
    encodeFrame(windowUpdate, 0, 0, uint32(1_000_000)),
  );
  return Buffer.concat(frames);
}

/** What a handler saw, and what became of each stream. */
interface Events {
  readonly seen: Record<string, unknown>;
  readonly streams: Record<number, { fields: unknown[]; bytes: number; end: string }>;
  readonly goaway: number | undefined;
}

async function seenBy(request: HttpRequest, seen: Record<string, unknown>) {
  const { method, target, headers: fields, body } = request;
  const id = fields.get("x-id") ?? "";
  const entry: unknown[] = [method, target, [...fields]];
  seen[id] = entry;
  if (target === "/large") return createResponse(Buffer.alloc(100_000, "x"));
  if (target !== "/read") return createResponse("hello");
  try {
    entry.push(`${await readBody(body)}`, [...(body.trailers ?? [])]);
  } catch (error) {
    entry.push((error as { code?: string }).code);
  }
  return createResponse("read");
}

/** `apart`: what was answered by then is written between the parts. */
async function converse(parts: readonly Buffer[], apart: boolean): Promise<Events> {
  const seen: Record<string, unknown> = {};
  const core = new HttpCore<BaseContext>({ call: (request) => seenBy(request, seen) });
  const stream = new MemoryStream();
  const over = core.call(stream, new BaseContext());
  for (const part of parts) {
    stream.feed(part);
    if (apart) await turns(1);
  }
  await turns(4);
  const events = eventsOf(stream.written);
  stream.destroy();
  await over;
  return { seen, ...events };
}

function eventsOf(written: readonly Buffer[]): Omit<Events, "seen"> {
  const decoder = new FieldDecoder({ maxBytes: 100_000, maxFields: 100 });
  const streams: Events["streams"] = {};
  let ending: number | undefined;
  let block: Buffer[] = [];
  for (const { type, flags, streamId, payload } of readFrames(written)) {
    if (type === goaway) ending = payload.readUInt32BE(4);
    if (streamId === 0) continue;
    streams[streamId] ??= { fields: [], bytes: 0, end: "open" };
    const stream = streams[streamId];
    if (type === headers || type === continuation) block.push(payload);
    if (type === data) stream.bytes += payload.length;
    if ((type === headers || type === continuation) && (flags & endHeaders) !== 0) {
      const { fields } = decoder.decode(Buffer.concat(block));
      stream.fields.push(fields.slice(0, fields.indexOf("date")));
      block = [];
    }
    if ((type === headers || type === data) && (flags & endStream) !== 0) stream.end = "ended";
    const code = type === rstStream ? payload.readUInt32BE(0) : 0;
    // With NO_ERROR behind an answer the client is told that it need not send the rest.
    if (code !== 0) stream.end = `reset ${code}`;
  }
  return { streams, goaway: ending };
}

const bytesOf = (whole: Buffer): Buffer[] =>
  Array.from({ length: whole.length }, (_, at) => whole.subarray(at, at + 1));

async function trySplits(random: FuzzRandom): Promise<number> {
  const whole = conversation(random);
  const once = await converse([whole], false);
  expectSame(
    "byte by byte it means something else",
    whole,
    once,
    await converse(bytesOf(whole), random.oneIn(2)),
  );
  for (let at = 1; at < whole.length; at += 1) {
    const parts = [whole.subarray(0, at), whole.subarray(at)];
    expectSame(
      `in two pieces, cut at ${at}, it means something else`,
      whole,
      once,
      await converse(parts, random.oneIn(2)),
    );
  }
  return whole.length + 1;
}

/** Conversations, whole, byte by byte, and in two pieces, cut at every byte: they mean the same. */
export const http2Splits: Fuzzer = { name: "http2-splits", tryOne: trySplits };
