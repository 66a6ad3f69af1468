import type { Body, BodySink } from "../body/body.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import { BodyLengthError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** Whose message is written. */
export interface StreamWriterOwner {
  /** Everything is on its way, but for the end where the announced length was not sent: `trailers`, or nothing more. */
  bodyWritten(trailers: Headers | undefined): void;
  /** The body broke off, or did not have the length that was announced. */
  bodyFailed(error: Error): void;
  /** Something was sent. `pending` when the peer has no room for the rest. */
  writeMoved(pending: boolean): void;
}

/** Writes a body to a stream of HTTP/2, as fast as its windows let it (RFC 9113 section 5.2). */
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
  /** A part has not been sent as a whole; its memory is in use. */
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
    const { whole } = body;
    if (whole !== undefined && whole.length === length) return this.#startWhole(whole);
    try {
      body.pipe(this);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
  }

  #startWhole(whole: Buffer): void {
    this.bodyBytes = whole.length;
    this.#ended = true;
    this.#held = !this.#stream.send(whole, true);
    if (this.#held) return this.#owner.writeMoved(true);
    const body = this.#body;
    this.#body = emptyBody;
    // First: an upstream connection that is free again can take the request that follows at once.
    body.cancel();
    this.#owner.bodyWritten(undefined);
  }

  /** Forgets the message: the stream is gone, or all of it was sent. */
  abort(reason: Error | undefined): void {
    this.#active = false;
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
    // The end is for `end` to send: there may be trailers behind an announced length, too (gRPC has its status there).
    const taken = this.#stream.send(chunk, false);
    this.#held = !taken;
    this.#owner.writeMoved(!taken);
    return taken;
  }

  end(trailers: Headers | undefined): void {
    if (!this.#active) return;
    if (this.#announced >= 0 && this.bodyBytes < this.#announced) {
      return this.fail(new BodyLengthError({ announcedBytes: this.#announced, what: "shorter" }));
    }
    this.#ended = true;
    this.#trailers = trailers;
    if (!this.#held) this.#owner.bodyWritten(trailers);
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

  /** What the stream says of a part that it could not send at once. */
  sent(all: boolean): void {
    if (!this.#active) return;
    this.#owner.writeMoved(!all);
    if (!all) return;
    this.#held = false;
    const body = this.#body;
    if (this.#ended) this.#owner.bodyWritten(this.#trailers);
    body.resume();
  }
}
