import { Type } from "../constants.ts";
import { putInt32, putUint16 } from "../wire/integers.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import type { ThriftWriter } from "./thrift-writer.ts";

/** {@link ThriftWriter} of the binary protocol. */
export class BinaryWriter implements ThriftWriter {
  readonly #out = new GrowingBuffer();

  writeField(id: number, type: Type): void {
    const at = this.#out.reserve(3);
    this.#out.bytes[at] = type;
    putUint16(this.#out.bytes, at + 1, id);
  }

  writeBool(value: boolean): void {
    this.#out.byte(value ? 1 : 0);
  }

  writeByte(value: number): void {
    this.#out.byte(value);
  }

  writeI16(value: number): void {
    const at = this.#out.reserve(2);
    putUint16(this.#out.bytes, at, value);
  }

  writeI32(value: number): void {
    const at = this.#out.reserve(4);
    putInt32(this.#out.bytes, at, value);
  }

  writeI64(value: bigint | number): void {
    const at = this.#out.reserve(8);
    this.#out.bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)), at);
  }

  writeDouble(value: number): void {
    const at = this.#out.reserve(8);
    this.#out.bytes.writeDoubleBE(value, at);
  }

  writeString(value: string): void {
    const length = Buffer.byteLength(value);
    this.writeI32(length);
    const at = this.#out.reserve(length);
    this.#out.bytes.write(value, at, length);
  }

  writeBinary(value: Uint8Array): void {
    this.writeI32(value.length);
    this.#out.append(value);
  }

  writeUuid(value: string): void {
    this.#out.uuid(value);
  }

  beginStruct(): void {}

  endStruct(): void {
    this.#out.byte(Type.STOP);
  }

  beginList(elementType: Type, size: number): void {
    this.#out.byte(elementType);
    this.writeI32(size);
  }

  beginMap(keyType: Type, valueType: Type, size: number): void {
    this.#out.byte(keyType);
    this.#out.byte(valueType);
    this.writeI32(size);
  }

  finish(): Buffer {
    this.endStruct();
    return this.#out.written();
  }
}
