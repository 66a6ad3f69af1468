/** Frame types of HTTP/2 (RFC 9113 section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Frame flags; `ack` and `endStream` are one bit. */
export const frameFlags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** One frame, as it stands on the wire. */
export interface Http2Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** What a client sends first (RFC 9113 section 3.4). */
export const http2Preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** The bytes of a frame, right or wrong. */
export function encodeFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const frame = Buffer.alloc(9 + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(streamId, 5);
  frame.set(payload, 9);
  return frame;
}

/** The frame at `at`, or undefined while it has not come as a whole. */
export function decodeFrame(bytes: Buffer, at: number): Http2Frame | undefined {
  if (bytes.length - at < 9) return undefined;
  const length = bytes.readUIntBE(at, 3);
  if (bytes.length - at < 9 + length) return undefined;
  return {
    type: bytes[at + 3] as number,
    flags: bytes[at + 4] as number,
    streamId: bytes.readUInt32BE(at + 5) & 0x7fffffff,
    payload: bytes.subarray(at + 9, at + 9 + length),
  };
}

/** A field block (RFC 7541) of literals without Huffman coding or indexing, so that anything can stand in it. */
export function encodeFields(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) parts.push(Buffer.from([0]), encodeString(name), encodeString(value));
  return Buffer.concat(parts);
}

/** The pseudo-header fields of a GET, and further fields. */
export const requestFields = (
  more: readonly (readonly [string, string])[] = [],
  method = "GET",
  path = "/",
): Buffer =>
  encodeFields([[":method", method], [":scheme", "http"], [":path", path], [":authority", "test"], ...more]);

/** A length of 7 bits and more (RFC 7541 section 5.1), and Latin-1 text. */
function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** A 32-bit number: of RST_STREAM, WINDOW_UPDATE. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
