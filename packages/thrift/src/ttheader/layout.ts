import { ThriftMessageError, ThriftTooLargeError } from "../errors.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import type { ResolvedThriftLimits } from "../wire/limits.ts";

// A TTHeader: length (4), magic 0x1000 (2), flags (2), sequence number (4), header size in words (2), then that many words: protocol
// (1), number of transforms (1), their ids, information blocks, padding. The length counts what follows it, payload included.

/** From the length to the size of the header. */
export const fixedBytes = 14;
export const flagsAt = 6;
export const sequenceNumberAt = 8;
export const headerSizeAt = 12;
/** The length does not count itself, the rest of the fixed part is always there. */
const fixedBytesCounted = 10;

/** Flag: the caller takes answers in any order. */
export const outOfOrderFlag = 0x01;

export const infoIds = { padding: 0x00, strings: 0x01, integers: 0x10, aclToken: 0x11 } as const;

/** Protocol ids that are known: binary, compact, compact of version 2, Kitex's protobuf, and the two of streaming. */
const protocolIds = new Set([0x00, 0x02, 0x03, 0x04, 0x10, 0x11]);

/**
 * Checks the fixed part and returns where the header ends, counted from its beginning. Needs {@link fixedBytes}. Throws
 * ERR_THRIFT_MESSAGE and ERR_THRIFT_TOO_LARGE.
 */
export function headerEnd(bytes: Uint8Array, at: number, limits: ResolvedThriftLimits): number {
  const counted = int32At(bytes, at);
  const headerBytes = 4 * uint16At(bytes, at + headerSizeAt);
  if (headerBytes < 4) throw malformed("a TTHeader without a protocol");
  if (fixedBytesCounted + headerBytes > counted)
    throw malformed("a TTHeader that is longer than its message");
  if (headerBytes > limits.maxHeaderBytes) {
    throw new ThriftTooLargeError({
      what: "TTHeader",
      bytes: headerBytes,
      maxBytes: limits.maxHeaderBytes,
    });
  }
  return fixedBytes + headerBytes;
}

/**
 * Walks everything behind the fixed part: protocol, transforms, blocks. `at` is where the fixed part ends, `end` where
 * the header does. Throws ERR_THRIFT_MESSAGE where a part does not fit into the header, or is unknown.
 */
export function checkHeader(bytes: Uint8Array, at: number, end: number): void {
  const protocolId = bytes[at] as number;
  if (!protocolIds.has(protocolId)) throw malformed(`protocol ${protocolId} in a TTHeader`);
  const transforms = bytes[at + 1] as number;
  // A transformed payload has no head that could be read here.
  if (transforms > 0) throw malformed(`${transforms} transforms in a TTHeader, none is supported`);
  let next = at + 2;
  while (next < end) {
    const id = bytes[next] as number;
    next += 1;
    if (id === infoIds.padding) continue;
    if (id === infoIds.strings) next = pairsEnd(bytes, next, end, true);
    else if (id === infoIds.integers) next = pairsEnd(bytes, next, end, false);
    else if (id === infoIds.aclToken) next = stringEnd(bytes, next, end);
    else throw malformed(`an information block ${id} in a TTHeader`);
  }
}

/** Where pairs end whose number is at `at`. Throws ERR_THRIFT_MESSAGE where that is behind `end`. */
export function pairsEnd(bytes: Uint8Array, at: number, end: number, stringKeys: boolean): number {
  if (end - at < 2) throw beyond();
  let next = at + 2;
  for (let left = uint16At(bytes, at); left > 0; left -= 1) {
    next = stringKeys ? stringEnd(bytes, next, end) : next + 2;
    next = stringEnd(bytes, next, end);
  }
  return next;
}

/** Where a string ends whose length is at `at`. Throws ERR_THRIFT_MESSAGE where that is behind `end`. */
export function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) throw beyond();
  const next = at + 2 + uint16At(bytes, at);
  if (next > end) throw beyond();
  return next;
}

const malformed = (what: string): ThriftMessageError => new ThriftMessageError({ what });
const beyond = (): ThriftMessageError => malformed("a TTHeader whose blocks do not fit into it");
