import { MessageType } from "../constants.ts";
import { TTHeader } from "../ttheader/ttheader.ts";
import type { ThriftFormat } from "../wire/format.ts";
import { putInt32 } from "../wire/integers.ts";
import { foundHead, messageHeadBytes, readMessageHead, writeMessageHead } from "../wire/message-head.ts";
import { ThriftMessage } from "./thrift-message.ts";

/** A message of a program. */
export interface MessageParts {
  readonly format: ThriftFormat;
  readonly type: MessageType;
  /** The method; with its service in front where the peer multiplexes services (`Service:method`). */
  readonly name: string;
  /** 0 for calls: the connection finds one. */
  readonly sequenceId?: number;
  /** The arguments or the result, as `format` encodes them: a structure, with its stop. Copied. */
  readonly payload: Uint8Array;
  /** Only where the transport has one; default: one with nothing in it. It belongs to the message from now on. */
  readonly header?: TTHeader | undefined;
}

/** Makes a message. */
export function createMessage(parts: MessageParts): ThriftMessage {
  const { format, type, name, sequenceId = 0, payload } = parts;
  const head = { protocol: format.protocol, type, name: Buffer.from(name), sequenceId };
  const header = format.hasHeader
    ? (parts.header ?? TTHeader.create({ sequenceNumber: sequenceId }))
    : undefined;
  const framed = format.transport === "framed" || format.transport === "ttheader-framed";
  const headerBytes = header?.bytes.length ?? 0;
  const headStart = headerBytes + (framed ? 4 : 0);
  const messageBytes = messageHeadBytes(head) + payload.length;
  const memory = Buffer.allocUnsafe(headStart + messageBytes);
  if (header !== undefined) {
    memory.set(header.bytes, 0);
    putInt32(memory, 0, memory.length - 4);
  }
  if (framed) putInt32(memory, headerBytes, messageBytes);
  const payloadStart = writeMessageHead(memory, headStart, head);
  memory.set(payload, payloadStart);
  readMessageHead(memory, headStart, memory.length);
  const { nameStart, nameEnd, sequenceIdAt } = foundHead;
  const place = { memory, start: 0, headStart, nameStart, nameEnd, sequenceIdAt, payloadStart };
  return new ThriftMessage(format, type, sequenceId, { ...place, end: memory.length });
}

/** What an answer may say beside its result. */
export interface AnswerOptions {
  /** Default: one with nothing in it. Its sequence number becomes that of the call. */
  readonly header?: TTHeader;
  /** Of the caller, where the call has had another one since. */
  readonly sequenceId?: number;
  /** The same for the TTHeader. */
  readonly headerSequence?: number;
}

/** The answer to a call, in the same transport and protocol and with its sequence id. `payload` is the result structure, copied. */
export function createReply(
  call: ThriftMessage,
  payload: Uint8Array,
  options?: AnswerOptions,
): ThriftMessage {
  return createAnswer(call, MessageType.REPLY, payload, options);
}

/** An answer of any type. */
export function createAnswer(
  call: ThriftMessage,
  type: MessageType,
  payload: Uint8Array,
  options: AnswerOptions = {},
): ThriftMessage {
  const { format } = call;
  const { sequenceId = call.sequenceId } = options;
  // Who multiplexes services names them in calls only.
  const name = call.name.slice(call.name.indexOf(":") + 1);
  if (!format.hasHeader) return createMessage({ format, type, name, sequenceId, payload });
  const { headerSequence = call.headerSequence } = options;
  const header = options.header ?? TTHeader.create({ sequenceNumber: headerSequence });
  header.withSequenceNumber(headerSequence);
  return createMessage({ format, type, name, sequenceId, payload, header });
}
