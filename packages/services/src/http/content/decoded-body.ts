import type { Body } from "@monolake/http";
import { CodecBody } from "./codec-body.ts";
import type { CodecSlots } from "./codec-slots.ts";
import { type Codec, type ContentCoding, coders } from "./codings.ts";
import type { DecodingBudget } from "./decoding-budget.ts";
import { ContentDecodingError } from "./errors.ts";

/** How one coding is taken off a body. */
export interface DecodedBodyOptions {
  readonly coding: ContentCoding;
  readonly budget: DecodingBudget;
  /** The source is what was sent, not another coding's result. */
  readonly outermost: boolean;
  readonly slots: CodecSlots;
}

/** A request's body without one of its codings. Fails with ERR_CONTENT_DECODING and ERR_CONTENT_TOO_LARGE. */
export class DecodedBody extends CodecBody {
  readonly #options: DecodedBodyOptions;
  #decodedBytes = 0;

  constructor(source: Body, options: DecodedBodyOptions) {
    super(source, options.slots);
    this.#options = options;
  }

  /** No content at all is taken for that, as it is when Content-Length says so. */
  protected open(firstByte: number | undefined): Codec | undefined {
    return firstByte === undefined ? undefined : coders[this.#options.coding].decoder(firstByte);
  }

  protected failure(cause: Error | undefined): Error {
    return new ContentDecodingError({ coding: this.#options.coding, status: 400, cause });
  }

  protected override leadOf(chunk: Buffer): number {
    return this.#options.coding === "zstd" && chunk.length > 1 && mayBeginFrame(chunk[0] as number) ? 1 : 0;
  }

  protected given(bytes: number): void {
    if (this.#options.outermost) this.#options.budget.encodedBytes += bytes;
  }

  protected produced(bytes: number): Error | undefined {
    this.#decodedBytes += bytes;
    return this.#options.budget.problem(this.#decodedBytes);
  }

  protected idle(): void {}
}

/**
 * The first byte of a zstd frame, or of one to be skipped (RFC 8878 section 3.1). libzstd 1.5 has another way for a whole frame that it is
 * given at once: it forgets the beginning of a header that came before, and it looks at more, such as whether an empty last block makes the
 * content as long as the header says. Without that way the same bytes are the same content, in whatever pieces they come.
 */
const mayBeginFrame = (byte: number): boolean => byte === 0x28 || (byte & 0xf0) === 0x50;
