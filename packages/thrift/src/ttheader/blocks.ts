import { putUint16, uint16At } from "../wire/integers.ts";
import { type EncodedKey, isKey } from "./find-pair.ts";
import { fixedBytes, headerSizeAt, infoIds, pairsEnd, stringEnd } from "./layout.ts";

// The blocks of a header that was checked, for whatever is not done for each message: `findPair` looks for one pair, and makes
// nothing.

/** A block of information. */
export interface InfoBlock {
  readonly id: number;
  /** Of the id. */
  readonly start: number;
  readonly end: number;
}

/** A pair of a block: its key, then its value with the length in front. */
export interface InfoPair {
  readonly start: number;
  readonly valueAt: number;
  readonly end: number;
}

/** All blocks in their order; what is between them is padding. */
export function* blocksOf(bytes: Uint8Array): IterableIterator<InfoBlock> {
  for (let at = fixedBytes + 2; at < bytes.length; ) {
    const start = at;
    const id = bytes[start] as number;
    at += 1;
    if (id === infoIds.padding) continue;
    at =
      id === infoIds.aclToken
        ? stringEnd(bytes, at, bytes.length)
        : pairsEnd(bytes, at, bytes.length, id === infoIds.strings);
    yield { id, start, end: at };
  }
}

/** The pairs of a block with string or integer keys. */
export function* pairsOf(
  bytes: Uint8Array,
  { id, start, end: blockEnd }: InfoBlock,
): IterableIterator<InfoPair> {
  for (let at = start + 3; at < blockEnd; ) {
    const valueAt = id === infoIds.strings ? stringEnd(bytes, at, blockEnd) : at + 2;
    const end = stringEnd(bytes, valueAt, blockEnd);
    yield { start: at, valueAt, end };
    at = end;
  }
}

/**
 * A copy of a header without the pairs of a key. In one go: a caller may send tens of thousands of them, each of which would cost a
 * copy.
 */
export function withoutKey(bytes: Buffer, key: EncodedKey): Buffer {
  const copy = Buffer.alloc(bytes.length);
  const wanted = typeof key === "number" ? infoIds.integers : infoIds.strings;
  let from = 0;
  let to = 0;
  const keepUntil = (end: number): void => {
    to += bytes.copy(copy, to, from, end);
    from = end;
  };
  keepUntil(fixedBytes + 2);
  for (const block of blocksOf(bytes)) {
    const countAt = to + block.start + 1 - from;
    let removed = 0;
    if (block.id === wanted) {
      for (const pair of pairsOf(bytes, block)) {
        if (!isKey(bytes, pair.start, key)) continue;
        keepUntil(pair.start);
        from = pair.end;
        removed += 1;
      }
    }
    keepUntil(block.end);
    if (removed > 0) putUint16(copy, countAt, uint16At(bytes, block.start + 1) - removed);
  }
  const headerBytes = paddedBytes(to);
  putUint16(copy, headerSizeAt, headerBytes / 4);
  return copy.subarray(0, fixedBytes + headerBytes);
}

/** How long a header is behind its fixed part, when its last block ends at `infoEnd`. */
export const paddedBytes = (infoEnd: number): number =>
  Math.max(4, Math.ceil((infoEnd - fixedBytes) / 4) * 4);
