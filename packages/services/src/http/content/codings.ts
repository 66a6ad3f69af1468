import type { Transform } from "node:stream";
import zlib from "node:zlib";

/** The codings of content that are known here (RFC 9110 section 8.4.1, RFC 7932, RFC 8878). */
export type ContentCoding = "gzip" | "deflate" | "br" | "zstd";

/** All of them, in the order in which they are offered by default: by what they cost for what they gain. */
export const contentCodings: readonly ContentCoding[] = ["zstd", "br", "gzip", "deflate"];

/** A zlib stream. Its handle is outside of the heap: whoever has it destroys it, or lets it end. */
export type Codec = Transform & zlib.Zlib;

/** What a decoder made, and of how many bytes: what follows them is no part of the content. */
export interface DecodedWhole {
  readonly buffer: Buffer;
  readonly usedBytes: number;
}

/** One coding, both ways. */
export interface Coder {
  readonly levels: { readonly least: number; readonly most: number; readonly usual: number };
  /** What makes an encoder give out all that it was given so far. */
  readonly flushKind: number;
  /** A decoder for a body that begins with this byte. */
  readonly decoder: (firstByte: number) => Codec;
  readonly encoder: (level: number) => Codec;
  /**
   * Decodes what is here as a whole; throws ERR_BUFFER_TOO_LARGE when it is longer than `maxBytes` then. Undefined where that judges bytes
   * in another way than `decoder` does.
   */
  readonly decode?: (bytes: Buffer, maxBytes: number) => DecodedWhole;
  readonly encode: (bytes: Buffer, level: number) => Buffer;
}

const { constants } = zlib;
/** An encoder's window, a power of two: 512 KiB cost a body less than 1.2 MiB, and find nearly all that 4 MiB find. */
const windowBits = 19;
/** RFC 9659 section 3: a decoder needs no more than 8 MiB of window for content. */
const zstdDecoding = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };
const brotliEncoding = (level: number): zlib.BrotliOptions => ({
  params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_LGWIN]: windowBits },
});
const zstdEncoding = (level: number): zlib.ZstdOptions => ({
  params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: windowBits },
});

/**
 * RFC 9110 section 8.4.1.2: "deflate" is the zlib format, but some send the bare data, as others took it for that. A zlib
 * header begins with method 8 and a window of at most 32 KiB; bare data would have to be an uncompressed block with
 * padding that is not zero, which nobody writes.
 */
const isZlib = (firstByte: number): boolean => (firstByte & 0x0f) === 8 && firstByte >> 4 <= 7;

/** What zlib's functions give with `info`, which their types leave out. */
function withUsedBytes(result: unknown): DecodedWhole {
  const { buffer, engine } = result as { readonly buffer: Buffer; readonly engine: zlib.Zlib };
  return { buffer, usedBytes: engine.bytesWritten };
}

const zlibLevels = { least: 1, most: 9, usual: 4 } as const;

/** Every coding by its name. */
export const coders: Readonly<Record<ContentCoding, Coder>> = {
  gzip: {
    levels: zlibLevels,
    flushKind: constants.Z_SYNC_FLUSH,
    decoder: () => zlib.createGunzip(),
    encoder: (level) => zlib.createGzip({ level }),
    decode: (bytes, maxOutputLength) =>
      withUsedBytes(zlib.gunzipSync(bytes, { maxOutputLength, info: true })),
    encode: (bytes, level) => zlib.gzipSync(bytes, { level }),
  },
  deflate: {
    levels: zlibLevels,
    flushKind: constants.Z_SYNC_FLUSH,
    decoder: (firstByte) => (isZlib(firstByte) ? zlib.createInflate() : zlib.createInflateRaw()),
    encoder: (level) => zlib.createDeflate({ level }),
    decode: (bytes, maxOutputLength) =>
      withUsedBytes(
        isZlib(bytes[0] ?? 0)
          ? zlib.inflateSync(bytes, { maxOutputLength, info: true })
          : zlib.inflateRawSync(bytes, { maxOutputLength, info: true }),
      ),
    encode: (bytes, level) => zlib.deflateSync(bytes, { level }),
  },
  br: {
    levels: { least: 0, most: 11, usual: 4 },
    flushKind: constants.BROTLI_OPERATION_FLUSH,
    decoder: () => zlib.createBrotliDecompress(),
    encoder: (level) => zlib.createBrotliCompress(brotliEncoding(level)),
    decode: (bytes, maxOutputLength) =>
      withUsedBytes(zlib.brotliDecompressSync(bytes, { maxOutputLength, info: true })),
    encode: (bytes, level) => zlib.brotliCompressSync(bytes, brotliEncoding(level)),
  },
  zstd: {
    levels: { least: 1, most: 19, usual: 3 },
    flushKind: constants.ZSTD_e_flush,
    decoder: () => zlib.createZstdDecompress(zstdDecoding),
    encoder: (level) => zlib.createZstdCompress(zstdEncoding(level)),
    encode: (bytes, level) => zlib.zstdCompressSync(bytes, zstdEncoding(level)),
  },
};

/** The coding of a name in any case; undefined for one that is not known. RFC 9110 section 8.4.1.3: x-gzip is gzip. */
export function codingOf(name: string): ContentCoding | undefined {
  const lower = name.toLowerCase();
  if (lower === "x-gzip") return "gzip";
  return Object.hasOwn(coders, lower) ? (lower as ContentCoding) : undefined;
}
