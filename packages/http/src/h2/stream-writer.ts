import type { Http2Stream } from "node:http2";
import type { Body, BodySink } from "../body/body.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import { BodyLengthError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";

/** Whose message is written. */
export interface StreamWriterOwner {
  /** Everything is written; the peer may not have taken all of it. `trailers` go behind it where the message has room for them. */
  bodyWritten(trailers: Headers | undefined): void;
  /** The body broke off, or did not have the length that was announced. */
  bodyFailed(error: Error): void;
  /** Something was written, or taken. `pending` when not everything was taken. */
  writeMoved(pending: boolean): void;
}

/** Shorter parts are copied, so that what sends them need not wait. */
const copiedBytes = 4 * 1024;
/** Longer ones are written one piece after the other, so that a slow peer shows that it takes something. */
const pieceBytes = 64 * 1024;

/**
 * Writes a body to a stream of HTTP/2, as fast as its windows let it (RFC 9113 section 5.2). What is not copied stays with the
 * stream until the peer may have it.
 */
export class StreamWriter implements BodySink {
  /** Bytes of the body that were written. */
  bodyBytes = 0;
  readonly #stream: Http2Stream;
  readonly #owner: StreamWriterOwner;
  #body: Body = emptyBody;
  #active = false;
  #announced = -1;
  #ended = false;
  #trailers: Headers | undefined = undefined;
  /** What a write did not take yet. */
  #rest: Buffer | undefined = undefined;
  /** A part without a copy is in use. */
  #held = false;

  constructor(stream: Http2Stream, owner: StreamWriterOwner) {
    this.#stream = stream;
    this.#owner = owner;
  }

  /** Writes all of `body`; `length` is what the message announces, or -1. */
  start(body: Body, length: number): void {
    this.#active = true;
    this.#body = body;
    this.#announced = length;
    try {
      body.pipe(this);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
  }

  /** Writes `whole`, which is all of `body`, and ends the stream. The body is cancelled with {@link abort}, when the stream is over. */
  startWhole(body: Body, whole: Buffer): void {
    this.#active = true;
    this.#body = body;
    this.bodyBytes = whole.length;
    this.#stream.end(whole);
    this.#owner.writeMoved(true);
  }

  /** Forgets the message: the stream is gone, or all of it was taken. */
  abort(reason: Error | undefined): void {
    this.#active = false;
    this.#rest = undefined;
    const body = this.#body;
    this.#body = emptyBody;
    body.cancel(reason);
  }

  write(chunk: Buffer): boolean {
    if (!this.#active) return true;
    this.bodyBytes += chunk.length;
    if (this.#announced >= 0 && this.bodyBytes > this.#announced) {
      this.fail(new BodyLengthError({ announcedBytes: this.#announced, what: "longer" }));
      return true;
    }
    if (chunk.length <= copiedBytes) {
      const taken = this.#stream.write(Buffer.from(chunk), this.#taken);
      this.#owner.writeMoved(true);
      if (!taken) this.#held = true;
      return taken;
    }
    this.#held = true;
    this.#writePiece(chunk);
    return false;
  }

  end(trailers: Headers | undefined): void {
    if (!this.#active) return;
    if (this.#announced >= 0 && this.bodyBytes < this.#announced) {
      return this.fail(new BodyLengthError({ announcedBytes: this.#announced, what: "shorter" }));
    }
    this.#ended = true;
    this.#trailers = trailers;
    if (this.#rest === undefined) this.#owner.bodyWritten(trailers);
  }

  fail(error: Error): void {
    if (!this.#active) return;
    try {
      this.abort(error);
    } finally {
      // Also with a body that cannot be cancelled.
      this.#owner.bodyFailed(error);
    }
  }

  #writePiece(bytes: Buffer): void {
    const last = bytes.length <= pieceBytes;
    this.#rest = last ? undefined : bytes.subarray(pieceBytes);
    this.#stream.write(last ? bytes : bytes.subarray(0, pieceBytes), this.#taken);
    this.#owner.writeMoved(true);
    if (last && this.#ended) this.#owner.bodyWritten(this.#trailers);
  }

  readonly #taken = (error?: Error | null): void => {
    // What failed was not taken; the close follows.
    if (error || !this.#active) return;
    if (this.#rest !== undefined) return this.#writePiece(this.#rest);
    const pending = this.#stream.writableLength > 0;
    this.#owner.writeMoved(pending);
    if (pending || !this.#held) return;
    this.#held = false;
    this.#body.resume();
  };
}
