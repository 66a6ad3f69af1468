import { CopySource, copyBytes } from "./copy-bytes.ts";
import { encodeLine } from "./encode-text.ts";

/** A field as it will be sent. */
export interface AddedField {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

const encodedLength = (field: AddedField): number => field.name.length + field.value.length + 4;

/** Fields that were not parsed but added, as strings. */
export class AddedFields {
  readonly fields: AddedField[];
  /** What {@link encode} writes. */
  encodedBytes = 0;
  /** What `encode` writes, made once by {@link AddedFields.prepare}; gone with the first change. */
  private prepared: CopySource | undefined = undefined;

  constructor(fields: AddedField[]) {
    this.fields = fields;
    for (const field of fields) this.encodedBytes += encodedLength(field);
  }

  /** Encodes once what will be sent many times. */
  prepare(): void {
    const bytes = Buffer.allocUnsafeSlow(this.encodedBytes);
    this.encode(bytes, 0);
    this.prepared = new CopySource(bytes);
  }

  fork(): AddedFields {
    return new AddedFields(this.fields.slice());
  }

  push(field: AddedField): void {
    this.prepared = undefined;
    this.fields.push(field);
    this.encodedBytes += encodedLength(field);
  }

  /** The first field from `index` on with this id or, for id 0, this lower-case name; -1 when there is none. */
  find(id: number, lower: string, index: number): number {
    for (; index < this.fields.length; index++) {
      const field = this.fields[index] as AddedField;
      if (field.id === id && (id !== 0 || field.name.toLowerCase() === lower)) return index;
    }
    return -1;
  }

  replace(index: number, value: string): void {
    this.prepared = undefined;
    const field = this.fields[index] as AddedField;
    this.encodedBytes += value.length - field.value.length;
    this.fields[index] = { id: field.id, name: field.name, value };
  }

  delete(index: number): void {
    this.prepared = undefined;
    for (const field of this.fields.splice(index, 1)) this.encodedBytes -= encodedLength(field);
  }

  /** Deletes the fields whose id is in `mask`; how many there were. */
  deleteAllOf(mask: number): number {
    const before = this.fields.length;
    for (let index = before - 1; index >= 0; index--) {
      if (((mask >>> (this.fields[index] as AddedField).id) & 1) !== 0) this.delete(index);
    }
    return before - this.fields.length;
  }

  encode(into: Buffer, at: number): number {
    const { prepared } = this;
    if (prepared !== undefined) return copyBytes(prepared, 0, prepared.bytes.length, into, at);
    for (let index = 0; index < this.fields.length; index++) {
      const field = this.fields[index] as AddedField;
      at = encodeLine(into, at, field.name, field.value);
    }
    return at;
  }
}
