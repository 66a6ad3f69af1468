import type { Headers } from "../headers/headers.ts";
import type { BodyLimits } from "./body-limits.ts";
import { ChunkedDecoder } from "./chunked-decoder.ts";

/** How the end of a body is found (RFC 9112 section 6.3). */
export type BodyFraming = "length" | "chunked" | "close";

/** Finds a body in the bytes of a connection, whatever its framing. */
export class BodyDecoder {
  done = false;
  trailers: Headers | undefined = undefined;
  /** After `decode`: the data it found lies in the input between these. */
  dataStart = 0;
  dataEnd = 0;
  readonly framing: BodyFraming;
  #remaining: number;
  readonly #chunked: ChunkedDecoder | undefined;

  /** `length` counts for framing "length" only. */
  constructor(framing: BodyFraming, length: number, limits: BodyLimits) {
    this.framing = framing;
    this.#remaining = length;
    this.#chunked = framing === "chunked" ? new ChunkedDecoder(limits) : undefined;
  }

  /** Takes the body's part of `input` from `offset`; returns where it ends. Throws ERR_HTTP_CHUNKED_ENCODING. */
  decode(input: Buffer, offset: number): number {
    const chunked = this.#chunked;
    if (chunked !== undefined) {
      const end = chunked.decode(input, offset);
      this.dataStart = chunked.dataStart;
      this.dataEnd = chunked.dataEnd;
      this.done = chunked.done;
      this.trailers = chunked.trailers;
      return end;
    }
    const available = input.length - offset;
    const taken = this.framing === "close" ? available : Math.min(available, this.#remaining);
    this.#remaining -= taken;
    this.dataStart = offset;
    this.dataEnd = offset + taken;
    this.done = this.framing === "length" && this.#remaining === 0;
    return this.dataEnd;
  }
}
