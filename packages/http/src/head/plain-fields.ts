import { FieldBlock } from "../headers/field-block.ts";
import { idShift, maxNameLength, recordSize } from "../headers/field-record.ts";
import { headMemory } from "../headers/head-memory.ts";
import { Headers } from "../headers/headers.ts";
import {
  connectionId,
  contentLengthId,
  expectId,
  hostId,
  knownFieldIdAt,
  lastJudgedId,
  transferEncodingId,
} from "../headers/known-fields.ts";
import { byteClasses, plainNameByte, tokenByte } from "./byte-classes.ts";
import { contentLengthOf, framing, isChunked, noteConnection, noteExpect } from "./framing-fields.ts";
import { headScanner } from "./head-scanner.ts";
import { isHost } from "./host.ts";

/** Most fields a head may have to count as plain; more of them are split by the strict reader. */
const maxPlainFields = 128;

/**
 * Reads fields in their plain form: `Name: value` with one space, tokens, visible ASCII, no blanks at the end of the
 * value, every framing field at most once. The positions go to the table of {@link headMemory}, what the fields say
 * to {@link framing}. Returns where the head ends, or -1 when it is not all there or not plain.
 */
export function scanPlainFields(bytes: Buffer, start: number, end: number): number {
  const headEnd = headScanner.fields(bytes, start, end);
  return headEnd >= 0 && takeScanned(bytes) ? headEnd : scanByHand(bytes, start, end);
}

const readByHand = [connectionId, transferEncodingId, expectId] as const;
const connectionBit = 1 << connectionId;
const readByHandBits = connectionBit | (1 << transferEncodingId) | (1 << expectId);

/** Takes over what the {@link headScanner} has just found; false when it is not plain. */
export function takeScanned(bytes: Buffer): boolean {
  framing.reset();
  const { knownMask, connection } = headScanner;
  framing.connectionKeepAlive = connection === 1;
  framing.connectionClose = connection === 2;
  const left = knownMask & (connection === 0 ? readByHandBits : readByHandBits & ~connectionBit);
  if (left !== 0 && !judgeScanned(bytes, left)) return false;
  headMemory.reserveTable(maxPlainFields * recordSize);
  headScanner.copyRows();
  framing.contentLength = headScanner.contentLength;
  framing.knownMask = knownMask;
  framing.count = headScanner.count;
  return true;
}

function judgeScanned(bytes: Buffer, fields: number): boolean {
  for (const id of readByHand) {
    const isThere = ((fields >>> id) & 1) !== 0;
    if (isThere && !judge(id, 0, bytes, headScanner.valueStart(id), headScanner.valueEnd(id))) return false;
  }
  return true;
}

/** The same byte by byte, for what the scanner does not take. */
export function scanByHand(bytes: Buffer, start: number, end: number): number {
  headMemory.reserveTable(maxPlainFields * recordSize);
  const table = headMemory.table;
  let row = headMemory.tableUsed;
  const lastRow = row + maxPlainFields * recordSize;
  let mask = 0;
  let at = start;
  framing.reset();
  while (at + 1 < end && bytes[at] !== 0x0d) {
    const nameStart = at;
    while (at < end && ((byteClasses[bytes[at] as number] as number) & plainNameByte) !== 0) at++;
    if (bytes[at] !== 0x3a) {
      at = endOfName(bytes, at, end);
      if (bytes[at] !== 0x3a) return -1;
    }
    const nameLength = at - nameStart;
    if (nameLength === 0 || nameLength > maxNameLength || row === lastRow) return -1;
    if (at + 3 >= end || bytes[at + 1] !== 0x20) return -1;
    const valueStart = at + 2;
    at = valueStart;
    // U+0020 to U+007E in one comparison; a tab is not plain.
    while (at < end && ((bytes[at] as number) - 0x20) >>> 0 < 0x5f) at++;
    if (at + 1 >= end || bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a || at === valueStart) return -1;
    if (bytes[valueStart] === 0x20 || bytes[at - 1] === 0x20) return -1;
    const id = knownFieldIdAt(bytes, nameStart, nameLength);
    if (id !== 0 && id <= lastJudgedId && !judge(id, mask, bytes, valueStart, at)) return -1;
    table[row] = nameStart - start;
    table[row + 1] = nameLength | (id << idShift);
    row += recordSize;
    mask |= 1 << id;
    at += 2;
  }
  if (at + 1 >= end || bytes[at + 1] !== 0x0a) return -1;
  framing.knownMask = mask;
  framing.count = (row - headMemory.tableUsed) / recordSize;
  return at + 2;
}

/** Where a name ends that has other characters than most. */
function endOfName(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && ((byteClasses[bytes[at] as number] as number) & tokenByte) !== 0) at++;
  if (at > start) framing.ambiguousName = true;
  return at;
}

/** Notes what a judged field says; false when it is not plain. */
function judge(id: number, mask: number, bytes: Buffer, start: number, end: number): boolean {
  switch (id) {
    case hostId:
      return (mask & (1 << hostId)) === 0 && isHost(bytes, start, end);
    case contentLengthId:
      if ((mask & ((1 << contentLengthId) | (1 << transferEncodingId))) !== 0) return false;
      framing.contentLength = contentLengthOf(bytes, start, end);
      // A zero in front is legal and not plain: the field could not be sent on as it is.
      return framing.contentLength !== -1 && (bytes[start] !== 0x30 || end - start === 1);
    case transferEncodingId:
      if ((mask & ((1 << contentLengthId) | (1 << transferEncodingId))) !== 0) return false;
      framing.chunked = isChunked(bytes, start, end);
      return framing.chunked;
    case connectionId:
      noteConnection(bytes, start, end);
      return true;
    case expectId:
      noteExpect(bytes, start, end);
      return true;
    default:
      return true;
  }
}

/** The headers of the fields that {@link scanPlainFields} has just read, on a copy of their bytes. */
export function takePlainFields(bytes: Buffer, start: number, headEnd: number): Headers {
  const length = headEnd - 2 - start;
  const memory = headMemory;
  memory.reserveBytes(length);
  const at = memory.bytesUsed;
  bytes.copy(memory.source.bytes, at, start, start + length);
  const block = new FieldBlock(memory.source, at, length, memory.table, memory.tableUsed, framing.count);
  memory.bytesUsed = at + length;
  memory.tableUsed += framing.count * recordSize;
  const namesNothing = framing.connectionOptions === undefined;
  return Headers.fromBlock(block, framing.count, framing.knownMask, framing.contentLength, namesNothing);
}
