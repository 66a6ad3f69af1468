import { crc32c } from "../../src/proxy-protocol/crc32c.ts";

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

/** What a header of version 2 is made of; by default PROXY over TCP and IPv4. */
export interface BinaryHeaderParts {
  readonly versionAndCommand?: number;
  readonly familyAndTransport?: number;
  /** Addresses and additional information. */
  readonly block?: Buffer;
  /** What the length field says, where it lies. */
  readonly length?: number;
}

/** 203.0.113.7:4711 to 198.51.100.1:443. */
export const ipv4Block = Buffer.from("cb007107c6336401126701bb", "hex");

/** Writes a header of version 2 from its parts, whatever sense they make. */
export function binaryHeader(parts: BinaryHeaderParts = {}): Buffer {
  const { versionAndCommand = 0x21, familyAndTransport = 0x11, block = ipv4Block } = parts;
  const fixed = Buffer.of(versionAndCommand, familyAndTransport, 0, 0);
  fixed.writeUInt16BE(parts.length ?? block.length, 2);
  return Buffer.concat([signature, fixed, block]);
}

/** One piece of additional information. */
export function tlv(type: number, value: Uint8Array | string, length?: number): Buffer {
  const bytes = Buffer.from(value as string);
  const head = Buffer.of(type, 0, 0);
  head.writeUInt16BE(length ?? bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** A header with these pieces and a checksum that is right, but for `error`. */
export function withChecksum(pieces: readonly Buffer[], error = 0): Buffer {
  const header = binaryHeader({ block: Buffer.concat([ipv4Block, tlv(3, Buffer.alloc(4)), ...pieces]) });
  const at = signature.length + 4 + ipv4Block.length + 3;
  header.writeUInt32BE((crc32c(header) ^ error) >>> 0, at);
  return header;
}
