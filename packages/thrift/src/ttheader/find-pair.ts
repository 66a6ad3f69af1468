import { uint16At } from "../wire/integers.ts";
import { infoIds } from "./layout.ts";

/** A key in UTF-8, or an integer key. */
export type EncodedKey = Uint8Array | number;

/** What {@link findPair} found: one object for all calls, so look before the next one. All positions count from the buffer's start. */
export const foundPair = {
  /** The pair, its key first; -1 when there is none. The last one where a key comes more than once. */
  start: -1,
  /** Of the value's length. */
  valueAt: 0,
  end: 0,
  /** Of the number of pairs in its block; without a pair, of the last block of its kind; -1 when there is none. */
  countAt: -1,
  /** Where that block ends. */
  blockEnd: 0,
  /** Behind the last block: only padding follows. */
  infoEnd: 0,
};

/** Looks for a key in the blocks between `at` and `end` of a header that was checked. */
export function findPair(bytes: Uint8Array, at: number, end: number, key: EncodedKey): boolean {
  const wanted = typeof key === "number" ? infoIds.integers : infoIds.strings;
  foundPair.start = -1;
  foundPair.countAt = -1;
  foundPair.infoEnd = at;
  let next = at;
  while (next < end) {
    const id = bytes[next] as number;
    next += 1;
    if (id === infoIds.padding) continue;
    if (id === infoIds.aclToken) next += 2 + uint16At(bytes, next);
    else next = walkPairs(bytes, next, { id, wanted, key });
    foundPair.infoEnd = next;
  }
  return foundPair.start >= 0;
}

interface Walk {
  readonly id: number;
  readonly wanted: number;
  readonly key: EncodedKey;
}

function walkPairs(bytes: Uint8Array, countAt: number, { id, wanted, key }: Walk): number {
  let next = countAt + 2;
  let holds = false;
  for (let left = uint16At(bytes, countAt); left > 0; left -= 1) {
    const start = next;
    const valueAt = id === infoIds.strings ? next + 2 + uint16At(bytes, next) : next + 2;
    next = valueAt + 2 + uint16At(bytes, valueAt);
    if (id !== wanted || !isKey(bytes, start, key)) continue;
    foundPair.start = start;
    foundPair.valueAt = valueAt;
    foundPair.end = next;
    holds = true;
  }
  if (holds || (id === wanted && foundPair.start < 0)) {
    foundPair.countAt = countAt;
    foundPair.blockEnd = next;
  }
  return next;
}

/** Whether a key is that of the pair at `at`. */
export function isKey(bytes: Uint8Array, at: number, key: EncodedKey): boolean {
  const found = uint16At(bytes, at);
  if (typeof key === "number") return found === key;
  if (found !== key.length) return false;
  for (let index = 0; index < found; index += 1) {
    if (bytes[at + 2 + index] !== key[index]) return false;
  }
  return true;
}
