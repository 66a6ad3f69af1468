import { MonolakeError } from "@monolake/errors";
import { FuzzDifference, type Fuzzer, type FuzzRandom } from "@monolake/test-kit";
import { MessageReader } from "../../src/connection/message-reader.ts";
import {
  createMessage,
  createReader,
  MessageType,
  type ThriftMessage,
  TTHeader,
  thriftFormats,
} from "../../src/index.ts";
import { resolveThriftLimits } from "../../src/wire/limits.ts";
import { validVectors } from "../vectors.ts";
import { everyType } from "../wire/walked-structures.ts";
import { mutate } from "./mutate.ts";

const limits = resolveThriftLimits({ maxFrameBytes: 256 * 1024, maxHeaderBytes: 64 * 1024 });
const frames = soundFrames();
const ignoring = { payloadResumed() {}, payloadSettled() {}, payloadCancelled() {} };

/** Mutated frames are read in pieces or refused with a coded error; what is read goes on, edited, as the message that it was. */
export const thriftFrames: Fuzzer = {
  name: "thrift-frames",
  tryOne(random) {
    const bytes = mutate(random.pick(frames), random.pick(frames), random);
    try {
      readInPieces(bytes, random);
    } catch (error) {
      if (!MonolakeError.is(error)) throw error;
    }
    return 1;
  },
};

function soundFrames(): Buffer[] {
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

function readInPieces(bytes: Buffer, random: FuzzRandom): void {
  const gatherBytes = random.oneIn(3) ? 16 : 64 * 1024;
  const reader = new MessageReader(ignoring, limits, { gatherBytes });
  for (let at = 0; at < bytes.length; ) {
    const part = random.oneIn(2) ? bytes.length - at : 1 + random.integer(bytes.length - at);
    const chunk = Buffer.from(bytes.subarray(at, at + part));
    reader.feed(chunk, false);
    while (reader.hasMore) {
      const message = reader.next();
      if (message !== undefined) use(message);
    }
    // As the next read would.
    chunk.fill(0xee);
    at += part;
  }
  reader.peek();
}

function use(message: ThriftMessage): void {
  const { header } = message;
  if (header !== undefined) {
    // A key that is no UTF-8 has no name in a program.
    const keys = [...header.entries()].map(({ key }) => key).filter((key) => !String(key).includes("\ufffd"));
    for (const key of keys) if (!header.has(key)) throw new FuzzDifference(`the key ${key} is not found`);
    if (header.aclToken === "") header.delete("none");
    header.set("env", "edited");
    header.delete(keys[0] ?? "isn");
  }
  if (!message.isWhole) return message.payload.cancel();
  message.sequenceId = 0x1234_5678;
  message.headerSequence = 77;
  if (message.name.length % 2 === 0) message.name = "Service:edited";
  const sent = Buffer.alloc(message.wholeBytes);
  if (message.copyTo(sent, 0) !== sent.length) throw new FuzzDifference("another length than was announced");
  readsTheSame(message, sent);
  readAll(message);
}

/** What is sent on is read as what it was. */
function readsTheSame(message: ThriftMessage, sent: Buffer): void {
  const again = new MessageReader(ignoring, resolveThriftLimits({}));
  again.feed(sent, true);
  const read = again.next();
  if (read === undefined || again.hasMore) throw new FuzzDifference("what was sent on is not one message");
  if (read.format !== message.format) throw new FuzzDifference("what was sent on has another format");
  if (read.name !== message.name || read.sequenceId !== message.sequenceId || read.type !== message.type) {
    throw new FuzzDifference("what was sent on has another head");
  }
  if (!(read.payload.whole as Buffer).equals(message.payload.whole as Buffer)) {
    throw new FuzzDifference("what was sent on has another payload");
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
