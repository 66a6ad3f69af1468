import { type MessageType, MessageType as types } from "../constants.ts";
import { ThriftMessageError, ThriftTooLargeError } from "../errors.ts";
import type { ThriftProtocol } from "./format.ts";
import { int32At, putInt32, putVarint32, varint32Bytes } from "./integers.ts";

/** Of a method's name, with its service in front. */
export const maxNameBytes = 4 * 1024;
/** The longest head: a compact one with its two varints, or a binary one. */
export const maxMessageHeadBytes = maxNameBytes + 12;

/** What {@link readMessageHead} found: one object for all calls, so look before the next one. */
export const foundHead: {
  protocol: ThriftProtocol;
  type: MessageType;
  sequenceId: number;
  /** Where the sequence id lies; of fixed length in the binary protocols. */
  sequenceIdAt: number;
  nameStart: number;
  nameEnd: number;
  /** Where the structure with the arguments or the result begins. */
  end: number;
} = {
  protocol: "binary",
  type: types.CALL,
  sequenceId: 0,
  sequenceIdAt: 0,
  nameStart: 0,
  nameEnd: 0,
  end: 0,
};

/**
 * Reads the head of a message at `at` into {@link foundHead}: protocol, type, name and sequence id. False when it goes on behind
 * `end`. Throws ERR_THRIFT_MESSAGE and ERR_THRIFT_TOO_LARGE.
 */
export function readMessageHead(bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  const first = bytes[at] as number;
  if (first === 0x80) return readStrict(bytes, at, end);
  if (first === 0x82) return readCompact(bytes, at, end);
  return readOld(bytes, at, end);
}

/** Binary, strict: version 0x8001 and the type, the name with its length, the sequence id. */
function readStrict(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 8) return at + 1 < end && bytes[at + 1] !== 1 ? badVersion() : false;
  if (bytes[at + 1] !== 1) return badVersion();
  const nameEnd = at + 8 + checkedNameBytes(int32At(bytes, at + 4));
  if (end - nameEnd < 4) return false;
  foundHead.protocol = "binary";
  foundHead.type = checkedType(bytes[at + 3] as number);
  foundHead.nameStart = at + 8;
  foundHead.nameEnd = nameEnd;
  foundHead.sequenceIdAt = nameEnd;
  foundHead.sequenceId = int32At(bytes, nameEnd);
  foundHead.end = nameEnd + 4;
  return true;
}

/** Binary, as before versions: the name with its length, the type, the sequence id. */
function readOld(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 4) return false;
  const nameEnd = at + 4 + checkedNameBytes(int32At(bytes, at));
  if (end - nameEnd < 5) return false;
  foundHead.protocol = "binary-old";
  foundHead.nameStart = at + 4;
  foundHead.nameEnd = nameEnd;
  foundHead.type = checkedType(bytes[nameEnd] as number);
  foundHead.sequenceIdAt = nameEnd + 1;
  foundHead.sequenceId = int32At(bytes, nameEnd + 1);
  foundHead.end = nameEnd + 5;
  return true;
}

/** Compact: 0x82, type and version, the sequence id and the length of the name as varints, the name. */
function readCompact(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 2) return false;
  const second = bytes[at + 1] as number;
  if ((second & 0x1f) !== 1) return badVersion();
  const sequenceId = readVarint(bytes, at + 2, end);
  if (sequenceId < 0) return false;
  const nameBytes = readVarint(bytes, varintEnd, end);
  if (nameBytes < 0) return false;
  const nameStart = varintEnd;
  checkedNameBytes(nameBytes);
  if (end - nameStart < nameBytes) return false;
  foundHead.protocol = "compact";
  foundHead.type = checkedType(second >>> 5);
  foundHead.sequenceIdAt = at + 2;
  foundHead.sequenceId = sequenceId | 0;
  foundHead.nameStart = nameStart;
  foundHead.nameEnd = nameStart + nameBytes;
  foundHead.end = foundHead.nameEnd;
  return true;
}

/** Where {@link readVarint} stopped. */
let varintEnd = 0;

/** An unsigned varint of at most 32 bits, or -1 when it goes on behind `end`. */
function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    if (at + index >= end) return -1;
    const byte = bytes[at + index] as number;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      varintEnd = at + index + 1;
      if (value > 0xffff_ffff) break;
      return value;
    }
  }
  throw new ThriftMessageError({ what: "a varint has more than 32 bits" });
}

function checkedNameBytes(bytes: number): number {
  if (bytes < 0) throw new ThriftMessageError({ what: `the name has the length ${bytes}` });
  if (bytes > maxNameBytes) {
    throw new ThriftTooLargeError({ what: "method name", bytes, maxBytes: maxNameBytes });
  }
  return bytes;
}

function checkedType(type: number): MessageType {
  if (type < types.CALL || type > types.ONEWAY) {
    throw new ThriftMessageError({ what: `there is no message type ${type}` });
  }
  return type as MessageType;
}

function badVersion(): never {
  throw new ThriftMessageError({ what: "unknown version of the protocol" });
}

/** What a head says, to be written. */
export interface HeadToWrite {
  readonly protocol: ThriftProtocol;
  readonly type: MessageType;
  /** UTF-8. */
  readonly name: Uint8Array;
  readonly sequenceId: number;
}

/** How many bytes {@link writeMessageHead} writes. */
export function messageHeadBytes({ protocol, name, sequenceId }: HeadToWrite): number {
  if (protocol === "compact") return 2 + varint32Bytes(sequenceId) + varint32Bytes(name.length) + name.length;
  return (protocol === "binary" ? 12 : 9) + name.length;
}

/** Writes a head and returns where it ends. */
export function writeMessageHead(bytes: Uint8Array, at: number, head: HeadToWrite): number {
  const { protocol, type, name, sequenceId } = head;
  if (protocol === "compact") {
    bytes[at] = 0x82;
    bytes[at + 1] = (type << 5) | 1;
    at = putVarint32(bytes, at + 2, sequenceId);
    at = putVarint32(bytes, at, name.length);
    bytes.set(name, at);
    return at + name.length;
  }
  if (protocol === "binary") at = putInt32(bytes, at, 0x8001_0000 | type);
  at = putInt32(bytes, at, name.length);
  bytes.set(name, at);
  at += name.length;
  if (protocol === "binary-old") {
    bytes[at] = type;
    at += 1;
  }
  return putInt32(bytes, at, sequenceId);
}
