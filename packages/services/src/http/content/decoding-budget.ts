import { ContentTooLargeError } from "./errors.ts";

/** Up to here a body may grow by any factor: what little there is of it does no harm. */
const harmlessBytes = 1024 * 1024;

/** What a request's body may become by being decoded, however many codings it has. */
export interface DecodingLimits {
  readonly maxDecodedBytes: number;
  /** Decoded bytes for each that was sent; counts from 1 MiB of decoded bytes on. */
  readonly maxRatio: number;
}

/** Keeps one request's body from growing beyond what is allowed while it is decoded. */
export class DecodingBudget {
  /** As sent. */
  encodedBytes = 0;
  readonly #limits: DecodingLimits;

  constructor(limits: DecodingLimits) {
    this.#limits = limits;
  }

  /** The error for so many decoded bytes, if they are too many for what was sent so far. */
  problem(decodedBytes: number): ContentTooLargeError | undefined {
    const { maxDecodedBytes, maxRatio } = this.#limits;
    const maxBytes = Math.min(maxDecodedBytes, Math.max(harmlessBytes, this.encodedBytes * maxRatio));
    if (decodedBytes <= maxBytes) return undefined;
    return new ContentTooLargeError({
      encodedBytes: this.encodedBytes,
      decodedBytes,
      maxBytes,
      status: 413,
    });
  }
}
