import { Type } from "../constants.ts";
import { ThriftPayloadError } from "../errors.ts";
import { compactTypes } from "../wire/compact-types.ts";
import { unknownType } from "../wire/walk-stack.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { OpenLevels, wrongType } from "./open-levels.ts";
import type { ThriftReader } from "./thrift-reader.ts";

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
export class CompactReader implements ThriftReader {
  fieldId = 0;
  fieldType: Type = Type.STOP;
  elementType: Type = Type.STOP;
  keyType: Type = Type.STOP;
  readonly #cursor: ByteCursor;
  readonly #levels: OpenLevels;
  /** The ids of the fields that the open structures are at: ids are counted from the one before. */
  readonly #outerIds: number[] = [];
  #unread = false;
  /** Of a field of type bool. */
  #fieldBool: boolean | undefined = undefined;

  constructor(bytes: Buffer, maxDepth: number) {
    this.#cursor = new ByteCursor(bytes);
    this.#levels = new OpenLevels(maxDepth);
    this.#levels.open();
  }

  nextField(): boolean {
    if (this.#unread) this.skip(this.fieldType);
    const byte = this.#cursor.byte();
    if (byte === 0) {
      this.#levels.close();
      this.fieldType = Type.STOP;
      this.fieldId = this.#outerIds.pop() ?? 0;
      return false;
    }
    const compactType = byte & 0x0f;
    const delta = byte >>> 4;
    this.fieldType = typeOf(compactType);
    this.fieldId = delta === 0 ? (this.#zigzag32() << 16) >> 16 : this.fieldId + delta;
    const isBool = this.fieldType === Type.BOOL;
    this.#fieldBool = isBool ? compactType === compactTypes.true : undefined;
    this.#unread = true;
    return true;
  }

  readBool(): boolean {
    this.#begin(Type.BOOL);
    const value = this.#fieldBool;
    this.#fieldBool = undefined;
    return value ?? this.#cursor.byte() === compactTypes.true;
  }

  readByte(): number {
    this.#begin(Type.BYTE);
    return (this.#cursor.byte() << 24) >> 24;
  }

  readI16(): number {
    this.#begin(Type.I16);
    return (this.#zigzag32() << 16) >> 16;
  }

  readI32(): number {
    this.#begin(Type.I32);
    return this.#zigzag32();
  }

  readI64(): bigint {
    this.#begin(Type.I64);
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#cursor.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new ThriftPayloadError({ what: "a varint that does not end" });
  }

  readDouble(): number {
    this.#begin(Type.DOUBLE);
    return this.#cursor.bytes.readDoubleLE(this.#cursor.take(8));
  }

  readString(): string {
    this.#begin(Type.STRING);
    return this.#cursor.text(this.#varint32());
  }

  readBinary(): Buffer {
    this.#begin(Type.STRING);
    return this.#cursor.part(this.#varint32());
  }

  readUuid(): string {
    this.#begin(Type.UUID);
    return this.#cursor.uuid();
  }

  readStruct(): void {
    this.#begin(Type.STRUCT);
    this.#openStruct();
  }

  readList(): number {
    if (this.fieldType !== Type.SET) this.#begin(Type.LIST);
    this.#unread = false;
    return this.#listHead();
  }

  readMap(): number {
    this.#begin(Type.MAP);
    return this.#mapHead();
  }

  skip(type: Type): void {
    this.#unread = false;
    switch (type) {
      case Type.BOOL:
        return void this.readBool();
      case Type.BYTE:
        return void this.#cursor.take(1);
      case Type.I16:
      case Type.I32:
      case Type.I64:
        return void this.readI64();
      case Type.DOUBLE:
        return void this.#cursor.take(8);
      case Type.UUID:
        return void this.#cursor.take(16);
      case Type.STRING:
        return void this.#cursor.take(this.#varint32());
      case Type.STRUCT:
        this.#openStruct();
        while (this.nextField());
        return;
      case Type.LIST:
      case Type.SET:
        return this.#skipValues(false);
      case Type.MAP:
        return this.#skipValues(true);
      default:
        throw unknownType(type);
    }
  }

  #openStruct(): void {
    this.#levels.open();
    this.#outerIds.push(this.fieldId);
    this.fieldId = 0;
  }

  #listHead(): number {
    const byte = this.#cursor.byte();
    const size = byte >>> 4 === 15 ? this.#varint32() : byte >>> 4;
    this.elementType = size === 0 ? Type.STOP : typeOf(byte & 0x0f);
    return this.#cursor.size(size);
  }

  #mapHead(): number {
    const size = this.#cursor.size(this.#varint32());
    if (size === 0) return 0;
    const byte = this.#cursor.byte();
    this.keyType = typeOf(byte >>> 4);
    this.elementType = typeOf(byte & 0x0f);
    return size;
  }

  #skipValues(map: boolean): void {
    this.#levels.open();
    let left = map ? this.#mapHead() : this.#listHead();
    const { keyType, elementType } = this;
    for (; left > 0; left -= 1) {
      if (map) this.skip(keyType);
      this.skip(elementType);
    }
    this.#levels.close();
  }

  #varint32(): number {
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const byte = this.#cursor.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new ThriftPayloadError({ what: "a varint of more than 32 bits" });
  }

  #zigzag32(): number {
    const value = this.#varint32();
    return (value >>> 1) ^ -(value & 1);
  }

  #begin(type: Type): void {
    if (this.#unread && this.fieldType !== type) throw wrongType(this.fieldId, this.fieldType, type);
    this.#unread = false;
  }
}
