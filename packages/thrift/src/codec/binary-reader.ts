import { Type } from "../constants.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import { unknownType } from "../wire/walk-stack.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { OpenLevels, wrongType } from "./open-levels.ts";
import type { ThriftReader } from "./thrift-reader.ts";

/** {@link ThriftReader} of the binary protocol. */
export class BinaryReader implements ThriftReader {
  fieldId = 0;
  fieldType: Type = Type.STOP;
  elementType: Type = Type.STOP;
  keyType: Type = Type.STOP;
  readonly #cursor: ByteCursor;
  readonly #levels: OpenLevels;
  /** The value of the field has not been asked for. */
  #unread = false;

  constructor(bytes: Buffer, maxDepth: number) {
    this.#cursor = new ByteCursor(bytes);
    this.#levels = new OpenLevels(maxDepth);
    this.#levels.open();
  }

  nextField(): boolean {
    if (this.#unread) this.skip(this.fieldType);
    const type = this.#cursor.byte() as Type;
    this.fieldType = type;
    if (type === Type.STOP) {
      this.#levels.close();
      return false;
    }
    this.fieldId = (uint16At(this.#cursor.bytes, this.#cursor.take(2)) << 16) >> 16;
    this.#unread = true;
    return true;
  }

  readBool(): boolean {
    this.#begin(Type.BOOL);
    return this.#cursor.byte() !== 0;
  }

  readByte(): number {
    this.#begin(Type.BYTE);
    return (this.#cursor.byte() << 24) >> 24;
  }

  readI16(): number {
    this.#begin(Type.I16);
    return (uint16At(this.#cursor.bytes, this.#cursor.take(2)) << 16) >> 16;
  }

  readI32(): number {
    this.#begin(Type.I32);
    return this.#int32();
  }

  readI64(): bigint {
    this.#begin(Type.I64);
    return this.#cursor.bytes.readBigInt64BE(this.#cursor.take(8));
  }

  readDouble(): number {
    this.#begin(Type.DOUBLE);
    return this.#cursor.bytes.readDoubleBE(this.#cursor.take(8));
  }

  readString(): string {
    this.#begin(Type.STRING);
    return this.#cursor.text(this.#int32());
  }

  readBinary(): Buffer {
    this.#begin(Type.STRING);
    return this.#cursor.part(this.#int32());
  }

  readUuid(): string {
    this.#begin(Type.UUID);
    return this.#cursor.uuid();
  }

  readStruct(): void {
    this.#begin(Type.STRUCT);
    this.#levels.open();
  }

  readList(): number {
    if (this.fieldType !== Type.SET) this.#begin(Type.LIST);
    this.#unread = false;
    this.elementType = this.#cursor.byte() as Type;
    return this.#cursor.size(this.#int32());
  }

  readMap(): number {
    this.#begin(Type.MAP);
    this.keyType = this.#cursor.byte() as Type;
    this.elementType = this.#cursor.byte() as Type;
    return this.#cursor.size(this.#int32());
  }

  skip(type: Type): void {
    this.#unread = false;
    switch (type) {
      case Type.BOOL:
      case Type.BYTE:
        return void this.#cursor.take(1);
      case Type.I16:
        return void this.#cursor.take(2);
      case Type.I32:
        return void this.#cursor.take(4);
      case Type.I64:
      case Type.DOUBLE:
        return void this.#cursor.take(8);
      case Type.UUID:
        return void this.#cursor.take(16);
      case Type.STRING:
        return void this.#cursor.take(this.#int32());
      case Type.STRUCT:
        this.#levels.open();
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

  #skipValues(map: boolean): void {
    this.#levels.open();
    const key = map ? (this.#cursor.byte() as Type) : undefined;
    const value = this.#cursor.byte() as Type;
    for (let left = this.#cursor.size(this.#int32()); left > 0; left -= 1) {
      if (key !== undefined) this.skip(key);
      this.skip(value);
    }
    this.#levels.close();
  }

  #int32(): number {
    return int32At(this.#cursor.bytes, this.#cursor.take(4));
  }

  #begin(type: Type): void {
    if (this.#unread && this.fieldType !== type) throw wrongType(this.fieldId, this.fieldType, type);
    this.#unread = false;
  }
}
