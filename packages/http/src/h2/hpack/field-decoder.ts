import { latin1Slice } from "../../headers/latin1.ts";
import { ConnectionFault, errorCodes } from "../frames.ts";
import { decodeHuffman } from "./huffman.ts";
import { fieldOverheadBytes, staticTable, type TableEntry } from "./static-table.ts";

/** What the peer may make us remember, as long as SETTINGS_HEADER_TABLE_SIZE is not sent (RFC 9113 section 6.5.2). */
const tableBytes = 4096;
/** A power of two, and no less than the entries that fit. */
const tableEntries = tableBytes / fieldOverheadBytes;
const staticEntries = staticTable.length - 1;

/** The limits of a field section (RFC 9113 section 6.5.2). */
export interface SectionLimits {
  readonly maxBytes: number;
  readonly maxFields: number;
}

/** A field section, decoded. */
export interface FieldSection {
  /** Names and values one after another, each byte a character. */
  readonly fields: readonly string[];
  /** A name or a value is none (RFC 9113 section 8.2.1), or a pseudo-header field stands behind others (8.3). */
  readonly malformed: boolean;
  /** It is larger than it may be; `fields` are its beginning. */
  readonly tooLarge: boolean;
}

/** Decodes the field sections of one direction of a connection (RFC 7541). */
export class FieldDecoder {
  readonly #limits: SectionLimits;
  /** A ring; the newest entry is at `#newest`. */
  readonly #entries: (TableEntry | undefined)[] = [];
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #maxBytes = tableBytes;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(limits: SectionLimits) {
    this.#limits = limits;
  }

  /** Decodes a whole field block. Throws a {@link ConnectionFault} where the two sides do not agree any more. */
  decode(block: Buffer): FieldSection {
    const { maxBytes, maxFields } = this.#limits;
    this.#block = block;
    this.#at = 0;
    const fields: string[] = [];
    let bytes = 0;
    let count = 0;
    let malformed = false;
    let regular = false;
    this.#readSizeUpdates();
    while (this.#at < block.length) {
      const entry = this.#readField();
      bytes += entry.bytes;
      count += 1;
      // What is too much is read all the same, as later sections refer to it, but not kept.
      if (bytes > maxBytes || count > maxFields) continue;
      const { name } = entry;
      const pseudo = name.charCodeAt(0) === colon;
      if (!entry.valid || (pseudo && regular)) malformed = true;
      if (!pseudo) regular = true;
      fields.push(name, entry.value);
    }
    return { fields, malformed, tooLarge: bytes > maxBytes || count > maxFields };
  }

  #readField(): TableEntry {
    const first = this.#block[this.#at] as number;
    // RFC 7541 section 6.1: indexed.
    if (first >= 0x80) return this.#entryAt(this.#readInteger(7));
    // Section 6.2.1: literal, and remembered; 6.2.2 and 6.2.3: not remembered.
    if (first >= 0x40) return this.#remember(this.#readLiteral(6));
    if (first >= 0x20) throw compressionFault("a dynamic table size update behind a field");
    return this.#readLiteral(4);
  }

  #readLiteral(prefixBits: number): TableEntry {
    const index = this.#readInteger(prefixBits);
    const known = index === 0 ? undefined : this.#entryAt(index);
    const name = known?.name ?? this.#readString();
    const value = this.#readString();
    const bytes = name.length + value.length + fieldOverheadBytes;
    // The name of an entry was looked at before.
    const nameValid = known === undefined ? isFieldName(name) : known.valid || isFieldName(name);
    return { name, value, bytes, valid: nameValid && !notInValues.test(value) };
  }

  #entryAt(index: number): TableEntry {
    if (index <= staticEntries && index > 0) return staticTable[index] as TableEntry;
    const age = index - staticEntries - 1;
    if (index === 0 || age >= this.#count) throw compressionFault(`no field has the index ${index}`);
    return this.#entries[(this.#newest - age) & (tableEntries - 1)] as TableEntry;
  }

  #remember(entry: TableEntry): TableEntry {
    this.#evict(this.#maxBytes - entry.bytes);
    if (entry.bytes > this.#maxBytes) return entry;
    this.#newest = (this.#newest + 1) & (tableEntries - 1);
    this.#entries[this.#newest] = entry;
    this.#count += 1;
    this.#bytes += entry.bytes;
    return entry;
  }

  /** Until no more than so many bytes are left (RFC 7541 section 4.4). */
  #evict(bytes: number): void {
    while (this.#bytes > bytes && this.#count > 0) {
      this.#count -= 1;
      const oldest = (this.#newest - this.#count) & (tableEntries - 1);
      this.#bytes -= (this.#entries[oldest] as TableEntry).bytes;
      this.#entries[oldest] = undefined;
    }
  }

  /** RFC 7541 section 6.3. */
  #readSizeUpdates(): void {
    while (this.#at < this.#block.length && ((this.#block[this.#at] as number) & 0xe0) === 0x20) {
      const bytes = this.#readInteger(5);
      if (bytes > tableBytes) throw compressionFault(`a dynamic table of ${bytes} bytes`);
      this.#maxBytes = bytes;
      this.#evict(bytes);
    }
  }

  /** RFC 7541 section 5.1. */
  #readInteger(prefixBits: number): number {
    const block = this.#block;
    const most = (1 << prefixBits) - 1;
    let value = (block[this.#at++] as number) & most;
    if (value < most) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = block[this.#at++];
      if (byte === undefined || factor > 2 ** 21) throw compressionFault("an integer without an end");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** RFC 7541 section 5.2. */
  #readString(): string {
    const block = this.#block;
    const first = block[this.#at];
    if (first === undefined) throw compressionFault("a field without an end");
    const length = this.#readInteger(7);
    const start = this.#at;
    const end = start + length;
    if (end > block.length) throw compressionFault("a string without an end");
    this.#at = end;
    if (first < 0x80) return latin1Slice(block, start, end);
    const text = decodeHuffman(block, start, end);
    if (text === undefined) throw compressionFault("a Huffman code that is none");
    return text;
  }
}

const colon = 0x3a;
/** Controls that no value has (RFC 9110 section 5.5), and blanks around it (RFC 9113 section 8.2.1). */
const notInValues = /[\0-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]$/;
/** A token without upper case, perhaps with the colon of a pseudo-header field in front. */
const isFieldName = (name: string): boolean => /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name);

const compressionFault = (what: string): ConnectionFault =>
  new ConnectionFault(errorCodes.compressionError, `the field block has ${what}`);
