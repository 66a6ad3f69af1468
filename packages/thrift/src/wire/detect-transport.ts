import { ThriftTransportError } from "../errors.ts";
import { int32At } from "./integers.ts";
import { maxNameBytes } from "./message-head.ts";

/** What a connection speaks. Whether there is a frame within a TTHeader is up to each message. */
export type DetectedTransport = "ttheader" | "framed" | "unframed";

/** A message's first byte: of the binary protocol with a version, and of the compact one. */
export const strictByte = 0x80;
export const compactByte = 0x82;

/** Bytes that tell in any case. */
const enoughBytes = 6;

/**
 * Tells by its first bytes what a connection speaks; undefined while there are too few of them. Throws ERR_THRIFT_TRANSPORT as
 * soon as it is none of them: an HTTP request reads as a frame of more than 1 GiB.
 */
export function detectTransport(bytes: Uint8Array, at: number, end: number): DetectedTransport | undefined {
  if (at >= end) return undefined;
  const first = bytes[at] as number;
  const few = end - at;
  if (first === strictByte || first === compactByte) {
    if (few < 2) return undefined;
    const version = bytes[at + 1] as number;
    if (first === strictByte ? version === 1 : (version & 0x1f) === 1) return "unframed";
    throw unknown(bytes, at, end);
  }
  if (first >= 0x40) throw unknown(bytes, at, end);
  if (few < enoughBytes) return undefined;
  const fifth = bytes[at + 4] as number;
  const sixth = bytes[at + 5] as number;
  if (fifth === 0x10 && sixth === 0) return "ttheader";
  if (fifth === strictByte && sixth === 1) return "framed";
  if (fifth === compactByte && (sixth & 0x1f) === 1) return "framed";
  // Without a version a message begins with the length of its name.
  if (fifth === 0 && sixth <= maxNameBytes >>> 16) return "framed";
  const nameBytes = int32At(bytes, at);
  if (nameBytes > 0 && nameBytes <= maxNameBytes && isNameStart(fifth)) return "unframed";
  throw unknown(bytes, at, end);
}

/** A letter or an underscore. */
export const isNameStart = (byte: number): boolean =>
  byte === 0x5f || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

const unknown = (bytes: Uint8Array, at: number, end: number): ThriftTransportError =>
  new ThriftTransportError({
    found: Buffer.from(bytes.subarray(at, Math.min(end, at + 8))).toString("hex"),
  });
