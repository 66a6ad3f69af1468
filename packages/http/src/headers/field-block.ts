import { CopySource, copyBytes, hasSameBytes } from "./copy-bytes.ts";
import { encodeText } from "./encode-text.ts";
import { anyMark, deletedMark, idOf, nameLengthOf, recordSize, replacedMark } from "./field-record.ts";
import { latin1Slice } from "./latin1.ts";
import type { PreparedField } from "./prepared-field.ts";

/**
 * Parsed fields: canonical `Name: value\r\n` lines and the table of where they are. A field can be deleted or get
 * another value; its line stays where it is, and the table says so.
 */
export class FieldBlock {
  readonly source: CopySource;
  readonly start: number;
  readonly length: number;
  /** Number of lines, those of deleted fields included. */
  readonly lines: number;
  /** More bytes than `length` that the replaced values may take. */
  replacedBytes = 0;
  private readonly table: Int32Array;
  private readonly tableStart: number;
  private readonly tableEnd: number;
  private edited = false;
  /** The new values, or whole fields, by line. */
  private replaced: (string | PreparedField)[] | undefined = undefined;

  constructor(
    source: CopySource,
    start: number,
    length: number,
    table: Int32Array,
    tableStart: number,
    count: number,
  ) {
    this.source = source;
    this.start = start;
    this.length = length;
    this.table = table;
    this.tableStart = tableStart;
    this.tableEnd = tableStart + count * recordSize;
    this.lines = count;
  }

  /** A copy with a table of its own. */
  fork(): FieldBlock {
    return this.copyWith(this.source, this.start);
  }

  /** A copy with bytes and a table of its own, which keeps no other head's memory alive. */
  detach(): FieldBlock {
    const bytes = Buffer.allocUnsafeSlow(this.length);
    this.source.bytes.copy(bytes, 0, this.start, this.start + this.length);
    return this.copyWith(new CopySource(bytes), 0);
  }

  isDeleted(line: number): boolean {
    return (this.recordAt(line) & deletedMark) !== 0;
  }

  /** The first field from `line` on with this id or, for id 0, this lower-case name; -1 when there is none. */
  find(id: number, lower: string, line: number): number {
    let at = this.tableStart + line * recordSize;
    for (; at < this.tableEnd; at += recordSize, line++) {
      const record = this.table[at + 1] as number;
      if (idOf(record) !== id || (record & deletedMark) !== 0) continue;
      if (id !== 0 || this.isNamed(line, nameLengthOf(record), lower)) return line;
    }
    return -1;
  }

  nameAt(line: number): string {
    const by = this.replaced?.[line];
    if (by !== undefined && typeof by !== "string") return by.name;
    const start = this.lineStart(line);
    return latin1Slice(this.source.bytes, start, start + nameLengthOf(this.recordAt(line)));
  }

  valueAt(line: number): string {
    const record = this.recordAt(line);
    if ((record & replacedMark) !== 0) return textOf(this.replaced?.[line] as string | PreparedField);
    return latin1Slice(
      this.source.bytes,
      this.lineStart(line) + nameLengthOf(record) + 2,
      this.lineStart(line + 1) - 2,
    );
  }

  /** Whether the value of this line is `value`. */
  hasValueAt(line: number, value: string): boolean {
    const record = this.recordAt(line);
    if ((record & replacedMark) !== 0) return this.valueAt(line) === value;
    const start = this.lineStart(line) + nameLengthOf(record) + 2;
    if (this.lineStart(line + 1) - 2 - start !== value.length) return false;
    for (let at = 0; at < value.length; at++) {
      if (this.source.bytes[start + at] !== value.charCodeAt(at)) return false;
    }
    return true;
  }

  /** As {@link hasValueAt}, without looking at a string. */
  hasValueOf(line: number, field: PreparedField): boolean {
    const record = this.recordAt(line);
    const { value, line: whole } = field;
    if ((record & replacedMark) !== 0) return this.valueAt(line) === value;
    const start = this.lineStart(line) + nameLengthOf(record) + 2;
    const length = this.lineStart(line + 1) - 2 - start;
    return length === value.length && hasSameBytes(this.source, start, whole, field.name.length + 2, length);
  }

  delete(line: number): void {
    this.mark(line, deletedMark);
  }

  /** Gives the field of this line another value, or puts another field in its place. */
  replace(line: number, by: string | PreparedField): void {
    this.mark(line, replacedMark);
    // Host is the usual one and stands first: a literal of the right size.
    if (this.replaced === undefined && line === 0) this.replaced = [by];
    else {
      this.replaced ??= [];
      this.replaced[line] = by;
    }
    this.replacedBytes += typeof by === "string" ? by.length : by.line.bytes.length;
  }

  /** Deletes the fields whose id is in `mask`; how many there were. */
  deleteAllOf(mask: number): number {
    let deleted = 0;
    for (let at = this.tableStart + 1; at < this.tableEnd; at += recordSize) {
      const record = this.table[at] as number;
      if (((mask >>> idOf(record)) & 1) === 0 || (record & deletedMark) !== 0) continue;
      this.table[at] = record | deletedMark;
      deleted++;
    }
    if (deleted !== 0) this.edited = true;
    return deleted;
  }

  /** Writes the lines that are left; lines that follow each other and stand as they were go in one copy. */
  encode(into: Buffer, at: number): number {
    const { table, lines } = this;
    const end = this.start + this.length;
    if (!this.edited) return copyBytes(this.source, this.start, end, into, at);
    let run = this.start;
    for (let line = 0, place = this.tableStart + 1; line < lines; line++, place += recordSize) {
      const record = table[place] as number;
      if ((record & anyMark) === 0) continue;
      const lineStart = this.lineStart(line);
      if (lineStart !== run) at = copyBytes(this.source, run, lineStart, into, at);
      run = this.lineStart(line + 1);
      if ((record & deletedMark) === 0) at = this.encodeReplaced(into, at, line);
    }
    return run === end ? at : copyBytes(this.source, run, end, into, at);
  }

  private copyWith(source: CopySource, start: number): FieldBlock {
    const table = this.table.slice(this.tableStart, this.tableEnd);
    const copy = new FieldBlock(source, start, this.length, table, 0, this.lines);
    copy.edited = this.edited;
    copy.replacedBytes = this.replacedBytes;
    copy.replaced = this.replaced?.slice();
    return copy;
  }

  private encodeReplaced(into: Buffer, at: number, line: number): number {
    const by = this.replaced?.[line] as string | PreparedField;
    if (typeof by !== "string") return copyBytes(by.line, 0, by.line.bytes.length, into, at);
    const start = this.lineStart(line);
    at = copyBytes(this.source, start, start + nameLengthOf(this.recordAt(line)) + 2, into, at);
    at = encodeText(into, at, by);
    into[at] = 0x0d;
    into[at + 1] = 0x0a;
    return at + 2;
  }

  private recordAt(line: number): number {
    return this.table[this.tableStart + line * recordSize + 1] as number;
  }

  private lineStart(line: number): number {
    const at = this.tableStart + line * recordSize;
    return this.start + (at < this.tableEnd ? (this.table[at] as number) : this.length);
  }

  private mark(line: number, mark: number): void {
    const at = this.tableStart + line * recordSize + 1;
    this.table[at] = (this.table[at] as number) | mark;
    this.edited = true;
  }

  private isNamed(line: number, length: number, lower: string): boolean {
    if (length !== lower.length) return false;
    const start = this.lineStart(line);
    for (let at = 0; at < length; at++) {
      let byte = this.source.bytes[start + at] as number;
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
      if (byte !== lower.charCodeAt(at)) return false;
    }
    return true;
  }
}

const textOf = (by: string | PreparedField): string => (typeof by === "string" ? by : by.value);

/** The block of headers that were not parsed. It has no lines, so nothing can ever change in it. */
export const emptyBlock: FieldBlock = new FieldBlock(
  new CopySource(Buffer.alloc(0)),
  0,
  0,
  new Int32Array(0),
  0,
  0,
);
