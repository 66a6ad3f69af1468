import { BodyTooLargeError } from "../errors.ts";
import { BodyDecoder, type BodyFraming } from "./body-decoder.ts";
import type { BodyLimits } from "./body-limits.ts";
import { IncomingBody, type IncomingBodySource } from "./incoming-body.ts";

/** Takes the body of one message out of what a connection reads, and hands it to whoever wants it. */
export class BodyReceiver {
  readonly body: IncomingBody;
  readonly framing: BodyFraming;
  /** The last byte was received. */
  done = false;
  /** Nobody takes more now: reading has to stop until the source hears `bodyResumed` or `bodySettled`. */
  paused = false;
  /** Bytes of content so far. */
  bytes = 0;
  readonly #decoder: BodyDecoder;
  readonly #maxBytes: number;
  readonly #connectionOptions: readonly string[] | undefined;

  /** `length` is -1 where it is not announced; trailers that `connectionOptions` name end here (RFC 9110 section 7.6.1). */
  constructor(
    source: IncomingBodySource,
    framing: BodyFraming,
    length: number,
    limits: BodyLimits,
    connectionOptions?: readonly string[],
  ) {
    this.framing = framing;
    this.#connectionOptions = connectionOptions;
    this.body = new IncomingBody(source, framing === "length" ? length : -1);
    this.#decoder = new BodyDecoder(framing, length, limits);
    this.#maxBytes = limits.maxBodyBytes;
  }

  /** Bytes that are still to come, -1 when that is not known. */
  get remaining(): number {
    return this.body.length < 0 ? -1 : this.body.length - this.bytes;
  }

  /**
   * Takes the body's part of `chunk` from `at` and returns where it ends. `kept`: the chunk's memory stays as it is while
   * reading is stopped. Throws ERR_HTTP_CHUNKED_ENCODING and ERR_HTTP_BODY_TOO_LARGE.
   */
  receive(chunk: Buffer, at: number, kept: boolean): number {
    const decoder = this.#decoder;
    const end = decoder.decode(chunk, at);
    const { dataStart, dataEnd } = decoder;
    if (dataEnd > dataStart) {
      this.bytes += dataEnd - dataStart;
      if (this.#maxBytes > 0 && this.bytes > this.#maxBytes) {
        throw new BodyTooLargeError({ maxBytes: this.#maxBytes, bytes: this.bytes });
      }
      this.paused = !this.body.push(chunk.subarray(dataStart, dataEnd), kept);
    }
    if (decoder.done) {
      // What was copied and ends here is in nobody's way.
      if (!kept) this.paused = false;
      this.finish();
    }
    return end;
  }

  /** That was all of it: also for a body that lasts until the connection ends, when it has. */
  finish(): void {
    this.done = true;
    const { trailers } = this.#decoder;
    if (trailers !== undefined && this.#connectionOptions !== undefined)
      for (const name of this.#connectionOptions) trailers.delete(name);
    this.body.finish(trailers);
  }
}
