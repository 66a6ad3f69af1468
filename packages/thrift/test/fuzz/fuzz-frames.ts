import { MonolakeError } from "@monolake/errors";
import {
  createMessage,
  createReader,
  MessageReader,
  MessageType,
  resolveThriftLimits,
  type ThriftMessage,
  TTHeader,
  thriftFormats,
} from "../../src/index.ts";
import { validVectors } from "../vectors.ts";
import { everyType } from "../wire/walked-structures.ts";
import { mutate, type Random, seededRandom } from "./mutate.ts";

/** How much is tried. Whatever limit is reached first ends it. */
export interface FuzzOptions {
  readonly count?: number;
  readonly durationMs?: number;
  /** The same seed tries the same. Default 1. */
  readonly seed?: number;
}

/** What came of it. A frame that breaks a rule is thrown as an error that shows its bytes. */
export interface FuzzReport {
  readonly frames: number;
  /** Messages that were read. */
  readonly messages: number;
  /** Frames that were refused. */
  readonly refused: number;
  /** The longest time that one frame took. */
  readonly slowestMs: number;
}

const limits = resolveThriftLimits({ maxFrameBytes: 256 * 1024, maxHeaderBytes: 64 * 1024 });
const ignoring = { payloadResumed() {}, payloadSettled() {}, payloadCancelled() {} };

/** Reads mutated frames in pieces, and does with what is read what a gateway and a service do. */
export function fuzzFrames({ count = Infinity, durationMs = Infinity, seed = 1 }: FuzzOptions): FuzzReport {
  const random = seededRandom(seed);
  const frames = seedFrames();
  const endMs = performance.now() + durationMs;
  const report = { frames: 0, messages: 0, refused: 0, slowestMs: 0 };
  while (report.frames < count && performance.now() < endMs) {
    const pick = () => frames[random(frames.length)] as Buffer;
    const bytes = mutate(pick(), pick(), random);
    const startMs = performance.now();
    try {
      report.messages += readInPieces(bytes, random);
    } catch (error) {
      if (!MonolakeError.is(error)) {
        throw new Error(`frame ${report.frames} of seed ${seed}: ${bytes.toString("hex")}`, { cause: error });
      }
      report.refused += 1;
    }
    report.slowestMs = Math.max(report.slowestMs, performance.now() - startMs);
    report.frames += 1;
  }
  return report;
}

function seedFrames(): Buffer[] {
  const made = thriftFormats.flatMap((format) =>
    [Buffer.of(0), everyType(format.protocol)].map((payload) => {
      const header = TTHeader.create({ sequenceNumber: 7 });
      for (const key of ["isn", "env", 3, 6]) header.set(key, `value of ${key}`);
      return createMessage({ format, type: MessageType.CALL, name: "Service:method", payload, header })
        .asItLies!;
    }),
  );
  return [...validVectors.map(({ bytes }) => bytes), ...made];
}

/** How many messages there are. */
function readInPieces(bytes: Buffer, random: Random): number {
  const gatherBytes = random(3) === 0 ? 16 : 64 * 1024;
  const reader = new MessageReader(ignoring, limits, { gatherBytes });
  let messages = 0;
  for (let at = 0; at < bytes.length; ) {
    const part = random(2) === 0 ? bytes.length - at : 1 + random(bytes.length - at);
    const chunk = Buffer.from(bytes.subarray(at, at + part));
    reader.feed(chunk, false);
    while (reader.hasMore) {
      const message = reader.next();
      if (message === undefined) continue;
      messages += 1;
      use(message);
    }
    chunk.fill(0xee);
    at += part;
  }
  reader.peek();
  return messages;
}

function use(message: ThriftMessage): void {
  const { header } = message;
  if (header !== undefined) {
    // A key that is no UTF-8 has no name in a program.
    const keys = [...header.entries()].map(({ key }) => key).filter((key) => !String(key).includes("\ufffd"));
    for (const key of keys) if (!header.has(key)) throw new Error(`the key ${key} is not found`);
    if (header.aclToken === "") header.delete("none");
    header.set("env", "edited");
    header.delete(keys[0] ?? "isn");
  }
  if (!message.isWhole) return message.payload.cancel();
  message.sequenceId = 0x1234_5678;
  message.headerSequence = 77;
  if (message.name.length % 2 === 0) message.name = "Service:edited";
  const sent = Buffer.alloc(message.wholeBytes);
  if (message.copyTo(sent, 0) !== sent.length) throw new Error("another length than was announced");
  readsTheSame(message, sent);
  readAll(message);
}

/** What is sent on is read as what it was. */
function readsTheSame(message: ThriftMessage, sent: Buffer): void {
  const again = new MessageReader(ignoring, resolveThriftLimits({}));
  again.feed(sent, true);
  const read = again.next();
  if (read === undefined || again.hasMore) throw new Error("what was sent on is not one message");
  if (read.format !== message.format) throw new Error("what was sent on has another format");
  if (read.name !== message.name || read.sequenceId !== message.sequenceId || read.type !== message.type) {
    throw new Error("what was sent on has another head");
  }
  if (!(read.payload.whole as Buffer).equals(message.payload.whole as Buffer)) {
    throw new Error("what was sent on has another payload");
  }
}

/** As a service without generated code reads it; malformed arguments are refused with a coded error. */
function readAll(message: ThriftMessage): void {
  const reader = createReader(message.format.protocol, message.payload.whole as Buffer);
  try {
    while (reader.nextField());
  } catch (error) {
    if (!MonolakeError.is(error)) throw error;
  }
}
