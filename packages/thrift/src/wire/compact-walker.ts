import { ThriftPayloadError } from "../errors.ts";
import { compactTypes } from "./compact-types.ts";
import { StructureWalker } from "./structure-walker.ts";
import { unknownType } from "./walk-stack.ts";

/** What the next byte belongs to. */
const byteOf = {
  /** Nothing: what comes next is up to what is open. */
  none: 0,
  field: 1,
  /** A field's id that stands apart; then its value. */
  fieldId: 2,
  /** An integer. */
  varint: 3,
  length: 4,
  list: 5,
  listSize: 6,
  mapSize: 7,
  mapTypes: 8,
} as const;
type ByteOf = (typeof byteOf)[keyof typeof byteOf];

/** Of an i64. */
const longestVarintBytes = 10;
/** Of a size. */
const longestSizeBytes = 5;

/** {@link StructureWalker} of the compact protocol. */
export class CompactWalker extends StructureWalker {
  #varintBytes = 0;
  #size = 0;
  /** The type of a field whose id stands apart, or of a list whose size does. */
  #type = 0;

  protected expectField(): void {
    this.expected = byteOf.field;
  }

  protected expectElement(type: number): void {
    if (type === compactTypes.true || type === compactTypes.false) this.pass(1);
    else this.#expectValue(type);
  }

  protected read(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    while (next < end && this.expected !== byteOf.none) {
      this.budget.take(1);
      this.#readByte(bytes[next] as number);
      next += 1;
    }
    return next;
  }

  #readByte(byte: number): void {
    const what = this.expected;
    this.expected = byteOf.none;
    switch (what) {
      case byteOf.field:
        return this.#readField(byte);
      case byteOf.fieldId:
        if (!this.#isVarintEnd(byte, byteOf.fieldId, longestSizeBytes)) return;
        return this.#expectFieldValue(this.#type);
      case byteOf.varint:
        return void this.#isVarintEnd(byte, byteOf.varint, longestVarintBytes);
      case byteOf.length:
        if (this.#isSizeEnd(byte, byteOf.length)) this.pass(this.#size);
        return;
      case byteOf.list:
        return this.#readList(byte);
      case byteOf.listSize:
        if (this.#isSizeEnd(byte, byteOf.listSize)) this.#openValues(this.#type, this.#type, this.#size);
        return;
      case byteOf.mapSize:
        // A map without entries does not name its types.
        if (this.#isSizeEnd(byte, byteOf.mapSize) && this.#size > 0) this.expected = byteOf.mapTypes;
        return;
      default:
        this.budget.expect(this.#size);
        this.#openValues(byte >>> 4, byte & 0x0f, 2 * this.#size);
    }
  }

  #readField(byte: number): void {
    const type = byte & 0x0f;
    if (byte === 0) return this.stack.pop();
    if (byte >>> 4 !== 0) return this.#expectFieldValue(type);
    this.#type = type;
    this.#varintBytes = 0;
    this.expected = byteOf.fieldId;
  }

  #expectFieldValue(type: number): void {
    // A field's type is the value of a bool.
    if (type !== compactTypes.true && type !== compactTypes.false) this.#expectValue(type);
  }

  #expectValue(type: number): void {
    this.#varintBytes = 0;
    this.#size = 0;
    switch (type) {
      case compactTypes.byte:
        return this.pass(1);
      case compactTypes.i16:
      case compactTypes.i32:
      case compactTypes.i64:
        this.expected = byteOf.varint;
        return;
      case compactTypes.double:
        return this.pass(8);
      case compactTypes.uuid:
        return this.pass(16);
      case compactTypes.binary:
        this.expected = byteOf.length;
        return;
      case compactTypes.list:
      case compactTypes.set:
        this.expected = byteOf.list;
        return;
      case compactTypes.map:
        this.expected = byteOf.mapSize;
        return;
      case compactTypes.structure:
        return this.stack.pushStructure();
      default:
        throw unknownType(type);
    }
  }

  #readList(byte: number): void {
    const size = byte >>> 4;
    this.#type = byte & 0x0f;
    if (size < 15) return this.#openValues(this.#type, this.#type, size);
    this.#varintBytes = 0;
    this.#size = 0;
    this.expected = byteOf.listSize;
  }

  #openValues(keyType: number, valueType: number, values: number): void {
    this.budget.expect(values);
    if (values > 0) this.stack.pushValues(values, keyType, valueType);
  }

  #isVarintEnd(byte: number, again: ByteOf, longest: number): boolean {
    if (byte < 0x80) return true;
    this.#varintBytes += 1;
    if (this.#varintBytes >= longest) throw new ThriftPayloadError({ what: "a varint that does not end" });
    this.expected = again;
    return false;
  }

  #isSizeEnd(byte: number, again: ByteOf): boolean {
    this.#size += (byte & 0x7f) * 2 ** (7 * this.#varintBytes);
    return this.#isVarintEnd(byte, again, longestSizeBytes);
  }
}
