import { Type } from "../constants.ts";
import { ThriftPayloadError } from "../errors.ts";
import { unknownType } from "../wire/walk-stack.ts";
import { ByteCursor } from "./byte-cursor.ts";
import type { ThriftReader } from "./thrift-reader.ts";

/**
 * What {@link ThriftReader} is in every protocol: the structures that are open, the field that is next, and values that are passed
 * over. A protocol says how fields, numbers, lengths and the heads of containers are encoded.
 */
export abstract class StructReader implements ThriftReader {
  fieldId = 0;
  fieldType: Type = Type.STOP;
  elementType: Type = Type.STOP;
  keyType: Type = Type.STOP;
  protected readonly cursor: ByteCursor;
  readonly #maxDepth: number;
  /** The ids of the fields that the open structures are at. */
  readonly #outerIds: number[] = [];
  /** Structures that are open, and values that are passed over within each other. */
  #depth = 1;
  /** The value of the field has not been asked for. */
  #unread = false;

  constructor(bytes: Buffer, maxDepth: number) {
    this.cursor = new ByteCursor(bytes);
    this.#maxDepth = maxDepth;
  }

  /** Reads the head of a field into `fieldType` and `fieldId`; false at the end of the structure. */
  protected abstract nextHead(): boolean;
  protected abstract bool(): boolean;
  /** An integer of 16 bits or less. */
  protected abstract int16(): number;
  protected abstract int32(): number;
  protected abstract int64(): bigint;
  protected abstract double(): number;
  /** Of a string. */
  protected abstract length(): number;
  /** Passes over an integer that takes `bytes` where its length is fixed. */
  protected abstract skipInteger(bytes: number): void;
  /** The number of elements of a list or set, with their type in `elementType`. */
  protected abstract listHead(): number;
  /** The number of entries of a map, with their types in `keyType` and `elementType`. */
  protected abstract mapHead(): number;

  nextField(): boolean {
    if (this.#unread) this.skip(this.fieldType);
    this.#unread = this.nextHead();
    if (this.#unread) return true;
    this.#depth -= 1;
    this.fieldId = this.#outerIds.pop() ?? 0;
    return false;
  }

  readBool(): boolean {
    this.#begin(Type.BOOL);
    return this.bool();
  }

  readByte(): number {
    this.#begin(Type.BYTE);
    return (this.cursor.byte() << 24) >> 24;
  }

  readI16(): number {
    this.#begin(Type.I16);
    return this.int16();
  }

  readI32(): number {
    this.#begin(Type.I32);
    return this.int32();
  }

  readI64(): bigint {
    this.#begin(Type.I64);
    return this.int64();
  }

  readDouble(): number {
    this.#begin(Type.DOUBLE);
    return this.double();
  }

  readString(): string {
    this.#begin(Type.STRING);
    return this.cursor.text(this.length());
  }

  readBinary(): Buffer {
    this.#begin(Type.STRING);
    return this.cursor.part(this.length());
  }

  readUuid(): string {
    this.#begin(Type.UUID);
    return this.cursor.uuid();
  }

  readStruct(): void {
    this.#begin(Type.STRUCT);
    this.#openStruct();
  }

  readList(): number {
    this.#begin(this.fieldType === Type.SET ? Type.SET : Type.LIST);
    return this.listHead();
  }

  readMap(): number {
    this.#begin(Type.MAP);
    return this.mapHead();
  }

  skip(type: Type): void {
    this.#unread = false;
    switch (type) {
      case Type.BOOL:
        return void this.bool();
      case Type.BYTE:
        return void this.cursor.take(1);
      case Type.I16:
        return this.skipInteger(2);
      case Type.I32:
        return this.skipInteger(4);
      case Type.I64:
        return this.skipInteger(8);
      case Type.DOUBLE:
        return void this.cursor.take(8);
      case Type.UUID:
        return void this.cursor.take(16);
      case Type.STRING:
        return void this.cursor.take(this.length());
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

  #skipValues(map: boolean): void {
    const { keyType: outerKeyType, elementType: outerElementType } = this;
    this.#deepen();
    let left = map ? this.mapHead() : this.listHead();
    const { keyType, elementType } = this;
    for (; left > 0; left -= 1) {
      if (map) this.skip(keyType);
      this.skip(elementType);
    }
    this.keyType = outerKeyType;
    this.elementType = outerElementType;
    this.#depth -= 1;
  }

  #openStruct(): void {
    this.#deepen();
    this.#outerIds.push(this.fieldId);
    this.fieldId = 0;
  }

  #deepen(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth)
      throw new ThriftPayloadError({ what: `more than ${this.#maxDepth} levels` });
  }

  #begin(type: Type): void {
    if (this.#unread && this.fieldType !== type) {
      const what = `field ${this.fieldId} has type ${this.fieldType} where ${type} is expected`;
      throw new ThriftPayloadError({ what });
    }
    this.#unread = false;
  }
}
