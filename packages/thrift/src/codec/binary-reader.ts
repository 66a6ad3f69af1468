import { Type } from "../constants.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import { StructReader } from "./struct-reader.ts";

/** {@link ThriftReader} of the binary protocol. */
export class BinaryReader extends StructReader {
  protected nextHead(): boolean {
    this.fieldType = this.cursor.byte() as Type;
    if (this.fieldType === Type.STOP) return false;
    this.fieldId = this.int16();
    return true;
  }

  protected bool(): boolean {
    return this.cursor.byte() !== 0;
  }

  protected int16(): number {
    return (uint16At(this.cursor.bytes, this.cursor.take(2)) << 16) >> 16;
  }

  protected int32(): number {
    return int32At(this.cursor.bytes, this.cursor.take(4));
  }

  protected int64(): bigint {
    return this.cursor.bytes.readBigInt64BE(this.cursor.take(8));
  }

  protected double(): number {
    return this.cursor.bytes.readDoubleBE(this.cursor.take(8));
  }

  protected length(): number {
    return this.int32();
  }

  protected skipInteger(bytes: number): void {
    this.cursor.take(bytes);
  }

  protected listHead(): number {
    this.elementType = this.cursor.byte() as Type;
    return this.cursor.size(this.int32());
  }

  protected mapHead(): number {
    this.keyType = this.cursor.byte() as Type;
    this.elementType = this.cursor.byte() as Type;
    return this.cursor.size(this.int32());
  }
}
