import { Type } from "../constants.ts";
import { compactTypes } from "../wire/compact-types.ts";
import { putVarint32 } from "../wire/integers.ts";
import { unknownType } from "../wire/walk-stack.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import type { ThriftWriter } from "./thrift-writer.ts";

const compactTypeOf = new Map<number, number>([
  [Type.BOOL, compactTypes.true],
  [Type.BYTE, compactTypes.byte],
  [Type.I16, compactTypes.i16],
  [Type.I32, compactTypes.i32],
  [Type.I64, compactTypes.i64],
  [Type.DOUBLE, compactTypes.double],
  [Type.STRING, compactTypes.binary],
  [Type.LIST, compactTypes.list],
  [Type.SET, compactTypes.set],
  [Type.MAP, compactTypes.map],
  [Type.STRUCT, compactTypes.structure],
  [Type.UUID, compactTypes.uuid],
]);

function compactType(type: Type): number {
  const found = compactTypeOf.get(type);
  if (found === undefined) throw unknownType(type);
  return found;
}

/** {@link ThriftWriter} of the compact protocol. */
export class CompactWriter implements ThriftWriter {
  readonly #out = new GrowingBuffer();
  /** The ids of the fields that were written last, in each structure that is open. */
  readonly #lastIds: number[] = [0];
  /** A field whose value is a bool, which is written as its type. */
  #boolField: number | undefined = undefined;

  writeField(id: number, type: Type): void {
    if (type === Type.BOOL) this.#boolField = id;
    else this.#field(id, compactType(type));
  }

  writeBool(value: boolean): void {
    const id = this.#boolField;
    const type = value ? compactTypes.true : compactTypes.false;
    this.#boolField = undefined;
    if (id === undefined) this.#out.byte(type);
    else this.#field(id, type);
  }

  writeByte(value: number): void {
    this.#out.byte(value);
  }

  writeI16(value: number): void {
    this.writeI32(value);
  }

  writeI32(value: number): void {
    this.#varint((value << 1) ^ (value >> 31));
  }

  writeI64(value: bigint | number): void {
    const signed = BigInt.asIntN(64, BigInt(value));
    let rest = BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n));
    while (rest > 0x7fn) {
      this.#out.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#out.byte(Number(rest));
  }

  writeDouble(value: number): void {
    const at = this.#out.reserve(8);
    this.#out.bytes.writeDoubleLE(value, at);
  }

  writeString(value: string): void {
    const length = Buffer.byteLength(value);
    this.#varint(length);
    const at = this.#out.reserve(length);
    this.#out.bytes.write(value, at, length);
  }

  writeBinary(value: Uint8Array): void {
    this.#varint(value.length);
    this.#out.append(value);
  }

  writeUuid(value: string): void {
    this.#out.uuid(value);
  }

  beginStruct(): void {
    this.#lastIds.push(0);
  }

  endStruct(): void {
    this.#out.byte(compactTypes.stop);
    this.#lastIds.pop();
  }

  beginList(elementType: Type, size: number): void {
    const type = compactType(elementType);
    this.#out.byte(size < 15 ? (size << 4) | type : 0xf0 | type);
    if (size >= 15) this.#varint(size);
  }

  beginMap(keyType: Type, valueType: Type, size: number): void {
    this.#varint(size);
    if (size > 0) this.#out.byte((compactType(keyType) << 4) | compactType(valueType));
  }

  finish(): Buffer {
    this.endStruct();
    return this.#out.written();
  }

  #field(id: number, type: number): void {
    const top = this.#lastIds.length - 1;
    const delta = id - (this.#lastIds[top] as number);
    this.#lastIds[top] = id;
    if (delta > 0 && delta <= 15) return this.#out.byte((delta << 4) | type);
    this.#out.byte(type);
    this.writeI16(id);
  }

  #varint(value: number): void {
    const at = this.#out.reserve(5);
    this.#out.at = putVarint32(this.#out.bytes, at, value);
  }
}
