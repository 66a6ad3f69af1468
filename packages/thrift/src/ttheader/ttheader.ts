import { ThriftTooLargeError } from "../errors.ts";
import { int32At, putInt32, putUint16, uint16At } from "../wire/integers.ts";
import { longestHeaderBytes } from "../wire/limits.ts";
import { blocksOf, paddedBytes, pairsOf, withoutKey } from "./blocks.ts";
import { type EncodedKey, findPair, foundPair } from "./find-pair.ts";
import { fixedBytes, flagsAt, headerSizeAt, infoIds, outOfOrderFlag, sequenceNumberAt } from "./layout.ts";

/** A key of a TTHeader: a string, or a number from 0 to 65,535. The two kinds have separate names. */
export type TTHeaderKey = string | number;

/** One pair of a TTHeader. Strings are UTF-8; `bytes` is the value as it came. */
export interface TTHeaderEntry {
  readonly key: TTHeaderKey;
  readonly value: string;
  readonly bytes: Buffer;
}

const longestStringBytes = 0xffff;
const keys = new Map<string, Uint8Array>();
const maxKnownKeys = 1_000;

/** Keys are few and asked for again and again. */
function encodeKey(key: TTHeaderKey): EncodedKey {
  if (typeof key === "number") return key;
  let encoded = keys.get(key);
  if (encoded === undefined) {
    encoded = Buffer.from(key);
    if (keys.size < maxKnownKeys) keys.set(key, encoded);
  }
  return encoded;
}

/**
 * The TTHeader of a message. Looking something up reads the bytes as they came, and nothing is decoded that nobody asks for;
 * an edit changes its own bytes, the counts and lengths around them and the padding, and leaves all others as they are.
 */
export class TTHeader {
  /** The fixed part and everything up to the payload. The length at its beginning is not kept up to date. */
  #bytes: Buffer;
  #edited = false;

  /** For connections: `bytes` is a header that was checked, from its length to its padding. It is not copied. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A header with nothing in it. */
  static create(options: { readonly sequenceNumber: number; readonly flags?: number }): TTHeader {
    const bytes = Buffer.alloc(fixedBytes + 4);
    putUint16(bytes, 4, 0x1000);
    putUint16(bytes, flagsAt, options.flags ?? 0);
    putInt32(bytes, sequenceNumberAt, options.sequenceNumber);
    putUint16(bytes, headerSizeAt, 1);
    return new TTHeader(bytes);
  }

  /** The header as it is now; only its length (the first 4 bytes) is still to be filled in. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether it was changed since it came. */
  get edited(): boolean {
    return this.#edited;
  }

  get flags(): number {
    return uint16At(this.#bytes, flagsAt);
  }

  /** The header's own; the message has another one, which is the one that counts. */
  get sequenceNumber(): number {
    return int32At(this.#bytes, sequenceNumberAt);
  }

  /** The caller takes answers in any order. */
  get outOfOrder(): boolean {
    return (this.flags & outOfOrderFlag) !== 0;
  }

  has(key: TTHeaderKey): boolean {
    return this.#find(key);
  }

  /** The value of a key; undefined when there is none. Of a key that comes more than once, the last one. */
  get(key: TTHeaderKey): string | undefined {
    if (!this.#find(key)) return undefined;
    return this.#bytes.toString("utf8", foundPair.valueAt + 2, foundPair.end);
  }

  /** As {@link get}, as bytes, which belong to the message. */
  getBytes(key: TTHeaderKey): Buffer | undefined {
    return this.#find(key) ? this.#bytes.subarray(foundPair.valueAt + 2, foundPair.end) : undefined;
  }

  /** Sets a value, in its place when the key is there, else behind the others. Throws ERR_THRIFT_TOO_LARGE. */
  set(key: TTHeaderKey, value: string | Uint8Array): void {
    const encoded = encodeKey(key);
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    checkString("TTHeader value", bytes);
    if (findPair(this.#bytes, fixedBytes + 2, this.#bytes.length, encoded)) {
      return this.#splice(foundPair.valueAt, foundPair.end, encodeString(bytes), 0);
    }
    const pair = encodePair(encoded, bytes);
    if (foundPair.countAt >= 0) return this.#splice(foundPair.blockEnd, foundPair.blockEnd, pair, 1);
    const id = typeof encoded === "number" ? infoIds.integers : infoIds.strings;
    this.#splice(foundPair.infoEnd, foundPair.infoEnd, Buffer.concat([Buffer.of(id, 0, 1), pair]), 0);
  }

  /** Removes every pair with a key. False when there was none. */
  delete(key: TTHeaderKey): boolean {
    if (!this.#find(key)) return false;
    this.#bytes = withoutKey(this.#bytes, encodeKey(key));
    this.#edited = true;
    return true;
  }

  /** All pairs, in the order in which they stand. */
  *entries(): IterableIterator<TTHeaderEntry> {
    const bytes = this.#bytes;
    for (const block of blocksOf(bytes)) {
      if (block.id === infoIds.aclToken) continue;
      for (const { start, valueAt, end } of pairsOf(bytes, block)) {
        const hasName = block.id === infoIds.strings;
        const key = hasName ? bytes.toString("utf8", start + 2, valueAt) : uint16At(bytes, start);
        const value = bytes.subarray(valueAt + 2, end);
        yield { key, value: value.toString(), bytes: value };
      }
    }
  }

  /** The access token (block 0x11), if there is one; the last of several. */
  get aclToken(): string | undefined {
    let token: string | undefined;
    for (const { id, start, end } of blocksOf(this.#bytes))
      if (id === infoIds.aclToken) token = this.#bytes.toString("utf8", start + 3, end);
    return token;
  }

  /** For connections: another sequence number, in memory of its own. */
  withSequenceNumber(sequenceNumber: number): void {
    if (sequenceNumber === this.sequenceNumber) return;
    const copy = Buffer.from(this.#bytes);
    putInt32(copy, sequenceNumberAt, sequenceNumber);
    this.#bytes = copy;
    this.#edited = true;
  }

  #find(key: TTHeaderKey): boolean {
    return findPair(this.#bytes, fixedBytes + 2, this.#bytes.length, encodeKey(key));
  }

  /** Puts `inserted` in the place of what is between two positions, with `morePairs` in its block, and pads. Follows {@link findPair}. */
  #splice(from: number, to: number, inserted: Uint8Array, morePairs: 0 | 1): void {
    const old = this.#bytes;
    const headerBytes = paddedBytes(foundPair.infoEnd + inserted.length - (to - from));
    if (headerBytes > longestHeaderBytes) {
      throw new ThriftTooLargeError({ what: "TTHeader", bytes: headerBytes, maxBytes: longestHeaderBytes });
    }
    const bytes = Buffer.alloc(fixedBytes + headerBytes);
    old.copy(bytes, 0, 0, from);
    bytes.set(inserted, from);
    old.copy(bytes, from + inserted.length, to, foundPair.infoEnd);
    putUint16(bytes, headerSizeAt, headerBytes / 4);
    if (morePairs > 0) putUint16(bytes, foundPair.countAt, uint16At(old, foundPair.countAt) + morePairs);
    this.#bytes = bytes;
    this.#edited = true;
  }
}

function checkString(what: string, bytes: Uint8Array): void {
  if (bytes.length <= longestStringBytes) return;
  throw new ThriftTooLargeError({ what, bytes: bytes.length, maxBytes: longestStringBytes });
}

function encodeString(bytes: Uint8Array): Buffer {
  const encoded = Buffer.allocUnsafe(2 + bytes.length);
  encoded.set(bytes, putUint16(encoded, 0, bytes.length));
  return encoded;
}

function encodePair(key: EncodedKey, value: Uint8Array): Buffer {
  if (typeof key === "number") {
    if (!(Number.isInteger(key) && key >= 0 && key <= 0xffff)) {
      throw new RangeError(`an integer key is from 0 to 65535, found ${key}`);
    }
    return Buffer.concat([Buffer.of(key >>> 8, key & 0xff), encodeString(value)]);
  }
  checkString("TTHeader key", key);
  return Buffer.concat([encodeString(key), encodeString(value)]);
}
