import type { Type } from "../constants.ts";
import type { ThriftProtocol } from "../wire/format.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { CompactWriter } from "./compact-writer.ts";

/**
 * Writes a structure value by value, whatever its protocol:
 *
 *     result.writeField(0, Type.STRING);
 *     result.writeString(text);
 *
 * After `writeField`, and for each element of a container, comes one value. The outermost structure is open from the
 * beginning, and its end is written by {@link finish}.
 */
export interface ThriftWriter {
  writeField(id: number, type: Type): void;
  writeBool(value: boolean): void;
  writeByte(value: number): void;
  writeI16(value: number): void;
  writeI32(value: number): void;
  writeI64(value: bigint | number): void;
  writeDouble(value: number): void;
  writeString(value: string): void;
  writeBinary(value: Uint8Array): void;
  /** In its usual form with hyphens. */
  writeUuid(value: string): void;
  /** Opens a structure; {@link endStruct} closes it. */
  beginStruct(): void;
  endStruct(): void;
  /** Of a list or set; then come `size` elements. */
  beginList(elementType: Type, size: number): void;
  /** Then come `size` keys, each with its value behind it. */
  beginMap(keyType: Type, valueType: Type, size: number): void;
  /** Closes the outermost structure and gives all of it; the writer is of no more use. */
  finish(): Buffer;
}

/** A writer in a structure without fields. */
export const createWriter = (protocol: ThriftProtocol): ThriftWriter =>
  protocol === "compact" ? new CompactWriter() : new BinaryWriter();
