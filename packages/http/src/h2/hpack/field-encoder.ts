import { latin1Write } from "../../headers/latin1.ts";
import { fieldOverheadBytes, staticNames, staticTable } from "./static-table.ts";

/** What we remember at most, however much the peer lets us. */
const tableBytes = 4096;
const staticEntries = staticTable.length - 1;
/** Values of these hardly come again: in the table they would push out what does. */
const changing: ReadonlySet<string> = new Set([
  ":path",
  "age",
  "content-length",
  "content-range",
  "etag",
  "expires",
  "if-modified-since",
  "if-none-match",
  "last-modified",
  "location",
  "referer",
  "x-request-id",
  "traceparent",
]);
/** Not to be guessed bit by bit from what is in the table (RFC 7541 section 7.1.3). */
const secret: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization", "set-cookie"]);
/** Longer values stay out of the table. */
const longestIndexed = 512;
/** So many names are known at a time. */
const maxNames = 128;

/** What is known of a name. */
interface KnownName {
  readonly lower: string;
  /** In the static table, or 0. */
  readonly staticIndex: number;
  /** Where its values with an index stand: static ones as they are, the others as the count of what was inserted before them. */
  readonly values: Map<string, number>;
  readonly indexing: "yes" | "no" | "never";
}

interface Inserted {
  readonly values: Map<string, number>;
  readonly value: string;
  readonly bytes: number;
}

/** Encodes the field sections of one direction of a connection (RFC 7541), without Huffman coding. */
export class FieldEncoder {
  readonly #names = new Map<string, KnownName>();
  /** The dynamic table, oldest first; `#evicted` were before its first. */
  #inserted: Inserted[] = [];
  #first = 0;
  #evicted = 0;
  #bytes = 0;
  #maxBytes = tableBytes;
  /** The least and the last size that the peer does not know of yet. */
  #sizeUpdates: readonly number[] = [];

  /** The peer remembers so many bytes at most. */
  setMaxBytes(bytes: number): void {
    const next = Math.min(bytes, tableBytes);
    if (next === this.#maxBytes) return;
    const least = Math.min(next, ...this.#sizeUpdates);
    this.#sizeUpdates = least < next ? [least, next] : [next];
    this.#maxBytes = next;
    this.#evict(next);
  }

  /** How many bytes {@link encode} writes at most. */
  static maxBytes(fields: readonly string[]): number {
    let bytes = 16;
    for (const text of fields) bytes += text.length + 8;
    return bytes;
  }

  /** Writes names, in any case, and values to `into` from `at` on; where the next byte goes. */
  encode(fields: readonly string[], into: Buffer, at: number): number {
    if (this.#sizeUpdates.length > 0) {
      for (const bytes of this.#sizeUpdates) at = writeInteger(into, at, 0x20, 5, bytes);
      this.#sizeUpdates = [];
    }
    for (let index = 0; index + 1 < fields.length; index += 2)
      at = this.#encodeField(fields[index] as string, fields[index + 1] as string, into, at);
    return at;
  }

  #encodeField(name: string, value: string, into: Buffer, at: number): number {
    const known = this.#names.get(name) ?? this.#learn(name);
    const place = known.values.get(value);
    if (place !== undefined) {
      const index = place < 0 ? -place : staticEntries + this.#evicted + this.#size() - place;
      return writeInteger(into, at, 0x80, 7, index);
    }
    const bytes = known.lower.length + value.length + fieldOverheadBytes;
    const indexed = known.indexing === "yes" && value.length <= longestIndexed && bytes <= this.#maxBytes;
    if (indexed) at = writeInteger(into, at, 0x40, 6, known.staticIndex);
    else at = writeInteger(into, at, known.indexing === "never" ? 0x10 : 0, 4, known.staticIndex);
    if (known.staticIndex === 0) at = writeString(into, at, known.lower);
    at = writeString(into, at, value);
    if (indexed) this.#insert(known.values, value, bytes);
    return at;
  }

  #size(): number {
    return this.#inserted.length - this.#first;
  }

  #insert(values: Map<string, number>, value: string, bytes: number): void {
    this.#evict(this.#maxBytes - bytes);
    values.set(value, this.#evicted + this.#size());
    this.#inserted.push({ values, value, bytes });
    this.#bytes += bytes;
  }

  #evict(bytes: number): void {
    while (this.#bytes > bytes && this.#size() > 0) {
      const oldest = this.#inserted[this.#first] as Inserted;
      this.#first += 1;
      this.#bytes -= oldest.bytes;
      this.#evicted += 1;
      oldest.values.delete(oldest.value);
    }
    if (this.#first < 64) return;
    this.#inserted = this.#inserted.slice(this.#first);
    this.#first = 0;
  }

  #learn(name: string): KnownName {
    const lower = name.toLowerCase();
    if (this.#names.size >= maxNames) this.#forgetNames();
    const same = this.#names.get(lower);
    const known = same ?? this.#newName(lower);
    this.#names.set(lower, known);
    this.#names.set(name, known);
    return known;
  }

  #newName(lower: string): KnownName {
    const staticIndex = staticNames.get(lower) ?? 0;
    const values = new Map<string, number>();
    for (let index = staticIndex; index > 0 && staticTable[index]?.name === lower; index++) {
      const { value } = staticTable[index] as { value: string };
      // Below 0, so that no count is taken for one.
      if (value !== "") values.set(value, -index);
    }
    const indexing = secret.has(lower) ? "never" : changing.has(lower) ? "no" : "yes";
    return { lower, staticIndex, values, indexing };
  }

  /** What their values refer to stays in the table, and is used no more. */
  #forgetNames(): void {
    this.#names.clear();
  }
}

/** RFC 7541 section 5.1; `first` are the bits in front of the prefix. */
function writeInteger(into: Buffer, at: number, first: number, prefixBits: number, value: number): number {
  const most = (1 << prefixBits) - 1;
  if (value < most) {
    into[at] = first | value;
    return at + 1;
  }
  into[at++] = first | most;
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 128;
  into[at] = rest;
  return at + 1;
}

/** RFC 7541 section 5.2. */
function writeString(into: Buffer, at: number, text: string): number {
  at = writeInteger(into, at, 0, 7, text.length);
  return at + latin1Write(into, text, at);
}
