import { Type } from "../constants.ts";
import { ThriftPayloadError } from "../errors.ts";
import { int32At } from "./integers.ts";
import { StructureWalker } from "./structure-walker.ts";
import { unknownType } from "./walk-stack.ts";

const variable = 0;
const unknown = 255;
/** Bytes of a value by its type, where that is all one needs to know. */
const widths = new Uint8Array(256).fill(unknown);
for (const [type, width] of [
  [Type.BOOL, 1],
  [Type.BYTE, 1],
  [Type.DOUBLE, 8],
  [Type.I16, 2],
  [Type.I32, 4],
  [Type.I64, 8],
  [Type.UUID, 16],
  [Type.STRING, variable],
  [Type.STRUCT, variable],
  [Type.MAP, variable],
  [Type.SET, variable],
  [Type.LIST, variable],
] as const) {
  widths[type] = width;
}

/** What a few bytes that are wanted next will say. */
const head = { none: 0, field: 1, length: 2, list: 3, map: 4 } as const;
type Head = (typeof head)[keyof typeof head];

/** A field's id lies between its type and its value. */
const fieldIdBytes = 2;
/** Of a map with a field's id in front. */
const longestHeadBytes = fieldIdBytes + 6;

/** {@link StructureWalker} of the binary protocol. */
export class BinaryWalker extends StructureWalker {
  #wantedBytes = 0;
  /** Bytes in front of what is wanted that say nothing. */
  #before = 0;
  /** A head that came in parts. */
  readonly #parts = new Uint8Array(longestHeadBytes);
  #partBytes = 0;

  override start(maxBytes: number): void {
    this.#partBytes = 0;
    super.start(maxBytes);
  }

  protected expectField(): void {
    this.#want(head.field, 1, 0);
  }

  protected expectElement(type: number): void {
    this.#expectValue(type, 0);
  }

  protected read(bytes: Uint8Array, at: number, end: number): number {
    if (this.#partBytes === 0 && end - at >= this.#wantedBytes) {
      const next = at + this.#wantedBytes;
      this.#readHead(bytes, at + this.#before);
      return next;
    }
    const next = this.#gather(bytes, at, end);
    if (this.#partBytes === this.#wantedBytes) {
      this.#partBytes = 0;
      this.#readHead(this.#parts, this.#before);
    }
    return next;
  }

  #gather(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && this.#partBytes < this.#wantedBytes) {
      this.#parts[this.#partBytes] = bytes[at] as number;
      this.#partBytes += 1;
      at += 1;
    }
    return at;
  }

  #want(what: Head, bytes: number, before: number): void {
    this.expected = what;
    this.#wantedBytes = before + bytes;
    this.#before = before;
    this.budget.take(before + bytes);
  }

  #expectValue(type: number, before: number): void {
    const width = widths[type] as number;
    if (width === unknown) throw unknownType(type);
    if (width !== variable) return this.pass(before + width);
    if (type === Type.STRING) return this.#want(head.length, 4, before);
    if (type === Type.MAP) return this.#want(head.map, 6, before);
    if (type !== Type.STRUCT) return this.#want(head.list, 5, before);
    this.pass(before);
    this.stack.pushStructure();
  }

  #readHead(bytes: Uint8Array, at: number): void {
    const what = this.expected;
    this.expected = head.none;
    if (what === head.field) {
      const type = bytes[at] as number;
      if (type === Type.STOP) this.stack.pop();
      else this.#expectValue(type, fieldIdBytes);
    } else if (what === head.length) {
      const length = int32At(bytes, at);
      if (length < 0) throw new ThriftPayloadError({ what: `a string of ${length} bytes` });
      this.pass(length);
    } else if (what === head.list) {
      this.#openValues(bytes[at] as number, bytes[at] as number, int32At(bytes, at + 1), 1);
    } else this.#openValues(bytes[at] as number, bytes[at + 1] as number, int32At(bytes, at + 2), 2);
  }

  /** `each`: values of one element. */
  #openValues(keyType: number, valueType: number, size: number, each: 1 | 2): void {
    this.budget.expect(size);
    if (size === 0) return;
    const keyWidth = widths[keyType] as number;
    const valueWidth = widths[valueType] as number;
    if (keyWidth === unknown) throw unknownType(keyType);
    if (valueWidth === unknown) throw unknownType(valueType);
    if (keyWidth !== variable && valueWidth !== variable) {
      return this.pass(size * (each === 1 ? valueWidth : keyWidth + valueWidth));
    }
    this.stack.pushValues(size * each, keyType, valueType);
  }
}
