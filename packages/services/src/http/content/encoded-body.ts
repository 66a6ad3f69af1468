import type { Body } from "@monolake/http";
import { CodecBody } from "./codec-body.ts";
import type { CodecSlots } from "./codec-slots.ts";
import { type Codec, type ContentCoding, coders } from "./codings.ts";
import { ContentEncodingError } from "./errors.ts";

/** How a coding is put on a body. */
export interface EncodedBodyOptions {
  readonly coding: ContentCoding;
  readonly level: number;
  /** What came is sent at the latest after so many milliseconds without more of it. */
  readonly flushMs: number;
  readonly slots: CodecSlots;
}

/** A response's body in a coding. What a slow source gives is not kept back. Fails with ERR_CONTENT_ENCODING. */
export class EncodedBody extends CodecBody {
  readonly #options: EncodedBodyOptions;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(source: Body, options: EncodedBodyOptions) {
    super(source, options.slots);
    this.#options = options;
  }

  protected open(): Codec {
    const { coding, level } = this.#options;
    return coders[coding].encoder(level).once("close", () => clearTimeout(this.#timer)) as Codec;
  }

  protected failure(cause: Error | undefined): Error {
    return new ContentEncodingError({ coding: this.#options.coding, cause });
  }

  protected given(): void {
    clearTimeout(this.#timer);
  }

  protected produced(): undefined {}

  protected idle(codec: Codec): void {
    const { coding, flushMs } = this.#options;
    const flush = () => codec.flush(coders[coding].flushKind);
    if (flushMs === 0) flush();
    else this.#timer = setTimeout(flush, flushMs).unref();
  }
}
