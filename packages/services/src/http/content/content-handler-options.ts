import { type ContentCoding, coders, contentCodings } from "./codings.ts";
import { defaultContentTypes } from "./content-types.ts";
import type { DecodingLimits } from "./decoding-budget.ts";
import type { ResponseEncodingOptions } from "./response-encoding.ts";

/** What is done with the content of requests and responses. */
export interface ContentHandlerOptions {
  /** Takes codings off the bodies of requests; 415 for one that is not known. Default true; false leaves them alone. */
  readonly decode?: boolean;
  /** What a request's body may become; 413 beyond. Default 100 MiB. */
  readonly maxDecodedBytes?: number;
  /** Decoded bytes for each that was sent, from 1 MiB of decoded bytes on; 413 beyond. Default 200. */
  readonly maxRatio?: number;
  /** Codings that responses are sent in, the preferred one first; none for leaving them alone. Default zstd, br, gzip, deflate. */
  readonly encode?: readonly ContentCoding[];
  /** Content types that are encoded: `text/html`, with `*` for any part. Default: text and what is like it. */
  readonly types?: readonly string[];
  /** Shorter responses stay as they are; those of unknown length do not count as short. Default 1,024. */
  readonly minBytes?: number;
  /** How hard a coding tries. Defaults: gzip 4, deflate 4 (1 to 9), br 4 (0 to 11), zstd 3 (1 to 19). */
  readonly levels?: { readonly [Coding in ContentCoding]?: number };
  /** What came of a response is sent at the latest after so many milliseconds without more of it; events at once. Default 20. */
  readonly flushMs?: number;
  /** Bodies at a time, of one service: each costs up to 2 MiB. Beyond, responses stay as they are, and requests that have to be decoded get 503. Default 256. */
  readonly maxBodies?: number;
}

/** The options with their defaults. */
export type ResolvedContentHandlerOptions = DecodingLimits &
  ResponseEncodingOptions & {
    readonly decode: boolean;
    readonly encode: readonly ContentCoding[];
    readonly maxBodies: number;
  };

/** Fills the defaults in. Throws a RangeError for a level that a coding does not have. */
export function resolveContentHandlerOptions(options: ContentHandlerOptions): ResolvedContentHandlerOptions {
  const level = (coding: ContentCoding) => levelOf(coding, options.levels?.[coding]);
  return {
    decode: options.decode ?? true,
    maxDecodedBytes: options.maxDecodedBytes ?? 100 * 1024 * 1024,
    maxRatio: options.maxRatio ?? 200,
    encode: options.encode ?? contentCodings,
    types: options.types ?? defaultContentTypes,
    minBytes: options.minBytes ?? 1024,
    levels: { gzip: level("gzip"), deflate: level("deflate"), br: level("br"), zstd: level("zstd") },
    flushMs: options.flushMs ?? 20,
    maxBodies: options.maxBodies ?? 256,
  };
}

function levelOf(coding: ContentCoding, level: number | undefined): number {
  const { least, most, usual } = coders[coding].levels;
  if (level !== undefined && !(Number.isInteger(level) && level >= least && level <= most))
    throw new RangeError(`expected a level of ${coding} from ${least} to ${most}, found ${level}`);
  return level ?? usual;
}
