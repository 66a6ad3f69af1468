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

  protected given(bytes: number): void {
    if (this.#options.outermost) this.#options.budget.encodedBytes += bytes;
  }

  protected produced(bytes: number): Error | undefined {
    this.#decodedBytes += bytes;
    return this.#options.budget.problem(this.#decodedBytes);
  }

  protected idle(): void {}
}
