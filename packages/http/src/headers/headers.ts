import { AddedFields } from "./added-fields.ts";
import { addListElements, addTokens } from "./comma-list.ts";
import { emptyBlock, type FieldBlock } from "./field-block.ts";
import { assertFieldName, fieldValue } from "./field-syntax.ts";
import { connectionId, contentLengthId, knownFieldId } from "./known-fields.ts";
import type { PreparedField } from "./prepared-field.ts";

/** What {@link Headers} can be made from. */
export type HeadersInit =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[]>>;

/**
 * Header fields in order, with case and duplicates kept (RFC 9110 section 5). What was parsed stays bytes until
 * somebody asks; edits are kept beside it. Names are found in any case.
 */
export class Headers implements Iterable<readonly [name: string, value: string]> {
  /** How many fields there are; repeated ones count each time. */
  size: number;
  /**
   * A bit for every known field that is present, as made by {@link knownFields}; bit 0 when there are, or were, others.
   * For skipping work with one test.
   */
  knownMask: number;
  /**
   * @internal What Content-Length says where it was parsed in its plain form and stands unchanged, so that a message of
   * that length can be sent with the field as it is; else -1.
   */
  plainLength: number;
  /**
   * @internal Connection was parsed, stands unchanged and names no field, so that nothing has to be removed for it; else what it
   * says has to be read.
   */
  plainConnection: boolean;
  private block: FieldBlock;
  private added: AddedFields | undefined;
  /** Whether `block` belongs to a clone as well. */
  private blockShared: boolean;
  /** Whether `added` belongs to others as well. */
  private addedShared: boolean;

  /** Throws ERR_HTTP_HEADER_INVALID for names that are no token and values that cannot be sent. */
  constructor(fields?: HeadersInit) {
    this.size = 0;
    this.knownMask = 0;
    this.plainLength = -1;
    this.plainConnection = false;
    this.block = emptyBlock;
    this.added = undefined;
    this.blockShared = false;
    this.addedShared = false;
    if (fields !== undefined) this.appendAll(fields);
  }

  /** @internal Fields that were parsed; the block belongs to the new object from now on. */
  static fromBlock(
    block: FieldBlock,
    size: number,
    knownMask: number,
    plainLength = -1,
    plainConnection = false,
  ): Headers {
    const headers = new Headers();
    headers.block = block;
    headers.size = size;
    headers.knownMask = knownMask;
    headers.plainLength = plainLength;
    headers.plainConnection = plainConnection;
    return headers;
  }

  has(name: string): boolean {
    const id = knownFieldId(name);
    if (id !== 0) return ((this.knownMask >>> id) & 1) !== 0;
    return (this.knownMask & 1) !== 0 && this.find(0, name.toLowerCase(), 0) !== -1;
  }

  /** The first value of this name. */
  get(name: string): string | undefined {
    const id = knownFieldId(name);
    if (((this.knownMask >>> id) & 1) === 0) return undefined;
    const place = this.find(id, id === 0 ? name.toLowerCase() : name, 0);
    return place === -1 ? undefined : this.valueAt(place);
  }

  /** All values of this name, in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    const id = knownFieldId(name);
    if (((this.knownMask >>> id) & 1) === 0) return values;
    const lower = name.toLowerCase();
    for (let place = this.find(id, lower, 0); place !== -1; place = this.find(id, lower, place + 1)) {
      values.push(this.valueAt(place));
    }
    return values;
  }

  /** The elements of a comma-separated list over all fields of this name (RFC 9110 5.6.1); quoted commas are kept. */
  getList(name: string): string[] {
    const elements: string[] = [];
    for (const value of this.getAll(name)) addListElements(value, elements);
    return elements;
  }

  /** As {@link getList}, in lower case, where elements are tokens, as in Connection and Upgrade: quotes keep no comma. */
  getTokens(name: string): string[] {
    const tokens: string[] = [];
    for (const value of this.getAll(name)) addTokens(value, tokens);
    return tokens;
  }

  /** Whether there is one field of this name and its value is exactly `value`; compared where it stands, no string is made. */
  hasOnly(name: string, value: string): boolean {
    const id = knownFieldId(name);
    if (((this.knownMask >>> id) & 1) === 0) return false;
    return this.isOnly(id, id === 0 ? name.toLowerCase() : name, value);
  }

  /** As {@link hasOnly}, for a field that was made once for many messages. */
  hasOnlyField(field: PreparedField): boolean {
    const { id, lower } = field;
    if (((this.knownMask >>> id) & 1) === 0) return false;
    const place = this.findOnly(id, lower);
    if (place === -1) return false;
    const isParsed = place < this.block.lines;
    return isParsed ? this.block.hasValueOf(place, field) : this.valueAt(place) === field.value;
  }

  /**
   * Makes this the only value of the name: at the place and in the spelling of the first such field, else at the end.
   * Blanks around the value are dropped. Throws ERR_HTTP_HEADER_INVALID for a name that is no token and for a value
   * with controls or with characters above U+00FF.
   */
  set(name: string, value: string): void {
    const id = knownFieldId(name);
    const lower = id === 0 ? name.toLowerCase() : name;
    const place = this.has(name) ? this.find(id, lower, 0) : -1;
    if (place === -1) {
      this.append(name, value);
      return;
    }
    const text = fieldValue(name, value);
    this.changed(1 << id);
    this.deleteFrom(id, lower, place + 1);
    const lines = this.block.lines;
    if (place < lines) this.ownBlock().replace(place, text);
    else this.ownAdded()?.replace(place - lines, text);
  }

  /** As {@link set}, for a field that was made once for many messages; it is sent in its own spelling. */
  setField(field: PreparedField): void {
    const { id, lower } = field;
    const place = ((this.knownMask >>> id) & 1) === 0 ? -1 : this.find(id, lower, 0);
    if (place === -1 || place >= this.block.lines) return this.set(field.name, field.value);
    this.changed(1 << id);
    this.deleteFrom(id, lower, place + 1);
    this.ownBlock().replace(place, field);
  }

  /** Adds a field at the end. Throws as {@link set} does. */
  append(name: string, value: string): void {
    const id = knownFieldId(name);
    if (id === 0) assertFieldName(name);
    const field = { id, name, value: fieldValue(name, value) };
    const added = this.ownAdded();
    if (added === undefined) this.added = new AddedFields([field]);
    else added.push(field);
    this.knownMask |= 1 << id;
    this.size++;
    this.changed(1 << id);
  }

  /**
   * Adds all fields of `fields` at the end. For fields that many messages get: made and {@link prepare}d once, they
   * cost each message next to nothing while nothing else was added to it. Later changes to either do not change the other.
   */
  appendAllOf(fields: Headers): void {
    if (this.added !== undefined || fields.block !== emptyBlock || fields.added === undefined) {
      for (const [name, value] of fields) this.append(name, value);
      return;
    }
    this.added = fields.added;
    this.addedShared = true;
    fields.addedShared = true;
    this.knownMask |= fields.knownMask;
    this.size += fields.size;
    this.changed(fields.knownMask);
  }

  /** Encodes the fields that were added, once for all messages that get them by {@link appendAllOf}. Returns this. */
  prepare(): this {
    this.added?.prepare();
    return this;
  }

  /** Removes all fields of this name; whether there were any. */
  delete(name: string): boolean {
    const id = knownFieldId(name);
    if (id !== 0) return this.deleteAllOf(1 << id);
    if ((this.knownMask & 1) === 0) return false;
    const lower = name.toLowerCase();
    const place = this.find(0, lower, 0);
    if (place === -1) return false;
    this.deleteFrom(0, lower, place);
    return true;
  }

  /** Removes every field of a set made by {@link knownFields} in one pass; whether there were any. */
  deleteAllOf(mask: number): boolean {
    mask &= this.knownMask & ~1;
    if (mask === 0) return false;
    this.size -= this.ownBlock().deleteAllOf(mask);
    this.size -= this.ownAdded()?.deleteAllOf(mask) ?? 0;
    this.knownMask &= ~mask;
    this.changed(mask);
    return true;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    const { block, added } = this;
    for (let line = 0; line < block.lines; line++) {
      if (!block.isDeleted(line)) yield [block.nameAt(line), block.valueAt(line)];
    }
    if (added !== undefined) for (const { name, value } of added.fields) yield [name, value];
  }

  /** A copy; what was parsed is shared between the two, and edits copy what they change. */
  clone(): Headers {
    const copy = Headers.fromBlock(
      this.block,
      this.size,
      this.knownMask,
      this.plainLength,
      this.plainConnection,
    );
    copy.added = this.added;
    copy.blockShared = this.blockShared = true;
    copy.addedShared = this.addedShared = true;
    return copy;
  }

  /**
   * Gives these headers memory of their own. Parsed heads share slabs of 32 KiB, which live as long as any head in them:
   * call this for headers that are kept long, for instance with an upgraded connection.
   */
  detach(): void {
    this.block = this.block.detach();
    this.blockShared = false;
    if (this.addedShared) this.added = this.added?.fork();
    this.addedShared = false;
  }

  /** Bytes that {@link encode} writes at most. */
  get maxEncodedBytes(): number {
    const parsed = this.block.length + this.block.replacedBytes;
    return this.added === undefined ? parsed : parsed + this.added.encodedBytes;
  }

  /**
   * Writes every field as a `Name: value\r\n` line to `into` from `at` on, without the empty line that ends a head;
   * where the next byte goes. Throws a RangeError when fewer than {@link maxEncodedBytes} are free there.
   */
  encode(into: Buffer, at: number): number {
    if (into.length - at < this.maxEncodedBytes) {
      throw new RangeError(
        `header fields may need ${this.maxEncodedBytes} bytes, ${into.length - at} are free`,
      );
    }
    at = this.block.encode(into, at);
    return this.added === undefined ? at : this.added.encode(into, at);
  }

  private appendAll(fields: HeadersInit): void {
    if (Symbol.iterator in fields) {
      for (const [name, value] of fields as Iterable<readonly [string, string]>) this.append(name, value);
      return;
    }
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === "string" ? [value] : value) this.append(name, one);
    }
  }

  /** Places count the lines of the block first, then what was added. */
  private find(id: number, lower: string, place: number): number {
    const lines = this.block.lines;
    if (place < lines) {
      const line = this.block.find(id, lower, place);
      if (line !== -1) return line;
      place = lines;
    }
    if (this.added === undefined) return -1;
    const index = this.added.find(id, lower, place - lines);
    return index === -1 ? -1 : lines + index;
  }

  /** -1 also when there are several. */
  private findOnly(id: number, lower: string): number {
    const place = this.find(id, lower, 0);
    return place === -1 || this.find(id, lower, place + 1) !== -1 ? -1 : place;
  }

  private isOnly(id: number, lower: string, value: string): boolean {
    const place = this.findOnly(id, lower);
    if (place === -1) return false;
    return place < this.block.lines ? this.block.hasValueAt(place, value) : this.valueAt(place) === value;
  }

  private valueAt(place: number): string {
    const lines = this.block.lines;
    return place < lines ? this.block.valueAt(place) : (this.added?.fields[place - lines]?.value as string);
  }

  private deleteFrom(id: number, lower: string, place: number): void {
    const lines = this.block.lines;
    for (place = this.find(id, lower, place); place !== -1; place = this.find(id, lower, place)) {
      if (place < lines) this.ownBlock().delete(place);
      else this.ownAdded()?.delete(place - lines);
      this.size--;
    }
  }

  /** What was parsed of these fields is not what they say any more. */
  private changed(mask: number): void {
    if ((mask & (1 << contentLengthId)) !== 0) this.plainLength = -1;
    if ((mask & (1 << connectionId)) !== 0) this.plainConnection = false;
  }

  /** The block, to be changed. */
  private ownBlock(): FieldBlock {
    if (this.blockShared) {
      this.block = this.block.fork();
      this.blockShared = false;
    }
    return this.block;
  }

  /** What was added, to be changed. */
  private ownAdded(): AddedFields | undefined {
    if (this.addedShared) {
      this.added = this.added?.fork();
      this.addedShared = false;
    }
    return this.added;
  }
}
