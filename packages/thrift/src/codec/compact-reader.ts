import { Type } from "../constants.ts";
import { ThriftPayloadError } from "../errors.ts";
import { compactTypes } from "../wire/compact-types.ts";
import { unknownType } from "../wire/walk-stack.ts";
import { StructReader } from "./struct-reader.ts";

/** The types of the compact protocol as those of {@link Type}. */
const types: readonly (Type | undefined)[] = [
  Type.STOP,
  Type.BOOL,
  Type.BOOL,
  Type.BYTE,
  Type.I16,
  Type.I32,
  Type.I64,
  Type.DOUBLE,
  Type.STRING,
  Type.LIST,
  Type.SET,
  Type.MAP,
  Type.STRUCT,
  Type.UUID,
];

function typeOf(compactType: number): Type {
  const type = types[compactType];
  if (type === undefined || type === Type.STOP) throw unknownType(compactType);
  return type;
}

/** {@link ThriftReader} of the compact protocol. */
export class CompactReader extends StructReader {
  /** Of a field of type bool. */
  #fieldBool: boolean | undefined = undefined;

  protected nextHead(): boolean {
    const byte = this.cursor.byte();
    if (byte === 0) {
      this.fieldType = Type.STOP;
      return false;
    }
    const compactType = byte & 0x0f;
    const delta = byte >>> 4;
    this.fieldType = typeOf(compactType);
    // Counted from the field before.
    this.fieldId = delta === 0 ? this.int16() : this.fieldId + delta;
    const isBool = this.fieldType === Type.BOOL;
    this.#fieldBool = isBool ? compactType === compactTypes.true : undefined;
    return true;
  }

  protected bool(): boolean {
    const value = this.#fieldBool;
    this.#fieldBool = undefined;
    return value ?? this.cursor.byte() === compactTypes.true;
  }

  protected int16(): number {
    return (this.int32() << 16) >> 16;
  }

  protected int32(): number {
    const value = this.length();
    return (value >>> 1) ^ -(value & 1);
  }

  protected int64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.cursor.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new ThriftPayloadError({ what: "a varint that does not end" });
  }

  protected double(): number {
    return this.cursor.bytes.readDoubleLE(this.cursor.take(8));
  }

  protected length(): number {
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const byte = this.cursor.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new ThriftPayloadError({ what: "a varint of more than 32 bits" });
  }

  protected skipInteger(): void {
    this.int64();
  }

  protected listHead(): number {
    const byte = this.cursor.byte();
    const size = byte >>> 4 === 15 ? this.length() : byte >>> 4;
    this.elementType = size === 0 ? Type.STOP : typeOf(byte & 0x0f);
    return this.cursor.size(size);
  }

  protected mapHead(): number {
    const size = this.cursor.size(this.length());
    if (size === 0) return 0;
    const byte = this.cursor.byte();
    this.keyType = typeOf(byte >>> 4);
    this.elementType = typeOf(byte & 0x0f);
    return size;
  }
}
