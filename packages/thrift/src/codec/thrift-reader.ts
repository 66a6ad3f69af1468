import type { Type } from "../constants.ts";
import type { ThriftProtocol } from "../wire/format.ts";
import { BinaryReader } from "./binary-reader.ts";
import { CompactReader } from "./compact-reader.ts";

/**
 * Reads a structure value by value, whatever its protocol:
 *
 *     while (args.nextField()) {
 *       if (args.fieldId === 1) text = args.readString();
 *     }
 *
 * A field that nobody reads is passed over. Everything throws ERR_THRIFT_PAYLOAD for bytes that are no such value, and for a
 * field of another type.
 */
export interface ThriftReader {
  /** Of the field that {@link nextField} went to. */
  readonly fieldId: number;
  readonly fieldType: Type;
  /** Goes to the next field of the innermost structure that is open; false, and closes the structure, behind its last one. */
  nextField(): boolean;
  readBool(): boolean;
  readByte(): number;
  readI16(): number;
  readI32(): number;
  readI64(): bigint;
  readDouble(): number;
  readString(): string;
  /** Belongs to the message; copy what is kept longer. */
  readBinary(): Buffer;
  /** In its usual form with hyphens. */
  readUuid(): string;
  /** Opens a structure, whose fields come next. */
  readStruct(): void;
  /** The number of elements of a list or set, which come next, of type {@link elementType}. */
  readList(): number;
  /** The number of entries of a map, which come next, each a key and a value. */
  readMap(): number;
  /** Of the list, set or map (its values) that was opened last. */
  readonly elementType: Type;
  readonly keyType: Type;
  /** Passes over a value. */
  skip(type: Type): void;
}

/** What a reader needs to know. */
export interface ThriftReaderOptions {
  /** Structures and containers within each other. Default 64. */
  readonly maxDepth?: number;
}

/** A reader of a whole payload, in its outermost structure. */
export function createReader(
  protocol: ThriftProtocol,
  bytes: Buffer,
  { maxDepth = 64 }: ThriftReaderOptions = {},
): ThriftReader {
  return protocol === "compact" ? new CompactReader(bytes, maxDepth) : new BinaryReader(bytes, maxDepth);
}
