import { ChunkedEncodingError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import { type BodyLimits, defaultBodyLimits } from "./body-limits.ts";
import { ChunkExtensions } from "./chunk-extensions.ts";
import { TrailerSection } from "./trailers.ts";

const cr = 13;
const lf = 10;
const semicolon = 59;

/** Nobody sends a chunk of 4 GiB. */
const maxChunkBytes = 0xffff_ffff;
/** With zeros in front. */
const maxSizeDigits = 64;
/** Behind one size, where they are taken. */
const maxBlanks = 16;

type State =
  | "size"
  | "blanks"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailer-start"
  | "trailers"
  | "end-lf"
  | "done";

/**
 * Decodes a chunked body (RFC 9112 section 7.1) as it arrives, strictly: CRLF only, no blanks around sizes and extensions, which are
 * dropped and bounded. Throws ERR_HTTP_CHUNKED_ENCODING.
 */
export class ChunkedDecoder {
  done = false;
  trailers: Headers | undefined = undefined;
  /** After `decode`: the data it found lies in the input between these. */
  dataStart = 0;
  dataEnd = 0;
  #state: State = "size";
  #remaining = 0;
  #digits = 0;
  #extensions: ChunkExtensions | undefined = undefined;
  #blanks = 0;
  #trailerSection: TrailerSection | undefined = undefined;
  readonly #limits: BodyLimits;

  constructor(limits: BodyLimits = defaultBodyLimits) {
    this.#limits = limits;
  }

  /**
   * Decodes `input` from `offset` and returns where the body ended in it, or its length. The data of all chunks found is moved
   * together inside `input`, so that it is passed on as one piece.
   */
  decode(input: Buffer, offset: number): number {
    let at = offset;
    this.dataStart = offset;
    this.dataEnd = offset;
    const end = input.length;
    while (at < end && !this.done) {
      if (this.#state === "data") at = this.#takeData(input, at);
      else {
        this.#step(input[at] as number);
        at += 1;
      }
    }
    return at;
  }

  #takeData(input: Buffer, at: number): number {
    const to = Math.min(input.length, at + this.#remaining);
    if (this.dataEnd === this.dataStart) {
      this.dataStart = at;
      this.dataEnd = to;
    } else {
      input.copyWithin(this.dataEnd, at, to);
      this.dataEnd += to - at;
    }
    this.#remaining -= to - at;
    if (this.#remaining === 0) this.#state = "data-cr";
    return to;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case "size":
        return this.#sizeByte(byte);
      case "blanks":
        return this.#blankByte(byte);
      case "extension":
        return this.#extensionByte(byte);
      case "size-lf":
        expectByte(byte, lf, "a chunk size line does not end with CRLF");
        return this.#sizeComplete();
      case "data-cr":
        expectByte(byte, cr, "chunk data is longer than its size");
        this.#state = "data-lf";
        return;
      case "data-lf":
        expectByte(byte, lf, "chunk data does not end with CRLF");
        this.#state = "size";
        return;
      case "trailer-start":
        if (byte === cr) this.#state = "end-lf";
        else this.#trailerByte(byte);
        return;
      case "trailers":
        return this.#trailerByte(byte);
      case "end-lf":
        expectByte(byte, lf, "the last chunk does not end with CRLF");
        this.done = true;
        this.#state = "done";
        return;
      default:
        throw new TypeError(`no byte is expected in state ${this.#state}`);
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexValue(byte);
    if (digit >= 0) {
      this.#digits += 1;
      this.#remaining = this.#remaining * 16 + digit;
      if (this.#remaining > maxChunkBytes || this.#digits > maxSizeDigits)
        throw new ChunkedEncodingError({ what: "a chunk size is too large, or has more than 64 digits" });
      return;
    }
    if (this.#digits === 0) throw new ChunkedEncodingError({ what: "a chunk size is missing" });
    if (byte === cr) this.#state = "size-lf";
    else if (byte === semicolon) this.#state = "extension";
    else if (this.#limits.parsing === "compat" && isBlank(byte)) this.#state = "blanks";
    else throw new ChunkedEncodingError({ what: "a chunk size is not a hexadecimal number" });
  }

  /** Blanks behind a size. */
  #blankByte(byte: number): void {
    if (byte === semicolon) this.#state = "extension";
    else if (byte === cr) this.#state = "size-lf";
    else if (!isBlank(byte) || ++this.#blanks > maxBlanks)
      throw new ChunkedEncodingError({ what: "a chunk size is not a hexadecimal number" });
  }

  #extensionByte(byte: number): void {
    this.#extensions ??= new ChunkExtensions(this.#limits);
    if (this.#extensions.take(byte)) this.#state = "size-lf";
  }

  #sizeComplete(): void {
    this.#digits = 0;
    this.#blanks = 0;
    this.#state = this.#remaining === 0 ? "trailer-start" : "data";
  }

  #trailerByte(byte: number): void {
    this.#state = "trailers";
    this.#trailerSection ??= new TrailerSection(this.#limits);
    if (!this.#trailerSection.take(byte)) return;
    this.trailers = this.#trailerSection.fields;
    this.done = true;
    this.#state = "done";
  }
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9;

function expectByte(byte: number, expected: number, what: string): void {
  if (byte !== expected) throw new ChunkedEncodingError({ what });
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
