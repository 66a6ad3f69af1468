import type { BodyLimits } from "../body/body-limits.ts";
import { IncomingBody, type IncomingBodySource } from "../body/incoming-body.ts";
import { BodyTooLargeError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import { trailersFrom } from "./fields.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** What of {@link BodyLimits} there is in HTTP/2. */
export type StreamBodyLimits = Pick<BodyLimits, "maxBodyBytes" | "ambiguousFields">;

/** Whose message the body belongs to. */
export interface StreamBodyOwner {
  /** Somebody wants it: the first call for each body. */
  bodyWanted(): void;
  /** Bytes came, the sink can take more or takes no more, or that was all: whose turn it is may have changed. */
  bodyMoved(): void;
  /** Nobody wants the rest of it. */
  bodyCancelled(reason: Error | undefined): void;
  /** It is larger than allowed. */
  bodyRefused(error: Error): void;
}

/**
 * The body of a message that comes on a stream of HTTP/2. What nobody takes yet waits, and until it is taken the peer may send no more
 * than its window (RFC 9113 section 5.2).
 */
export class StreamBody implements IncomingBodySource {
  readonly body: IncomingBody;
  /** Bytes of content so far. */
  bytes = 0;
  /** The last byte has come. */
  done = false;
  /** Somebody waits for more of it: it is the peer's turn. */
  awaited = false;
  readonly #stream: Http2Stream;
  readonly #owner: StreamBodyOwner;
  readonly #limits: StreamBodyLimits;
  #trailers: Headers | undefined = undefined;
  /** What waits: the peer is not told that it may send as much again. */
  #waitingBytes = 0;

  /** `length` is -1 where it is not announced. */
  constructor(stream: Http2Stream, owner: StreamBodyOwner, length: number, limits: StreamBodyLimits) {
    this.#stream = stream;
    this.#owner = owner;
    this.#limits = limits;
    this.body = new IncomingBody(this, length);
    if (length >= 0) stream.expect(length);
  }

  /** A part of it came, in memory that is not kept. */
  received(chunk: Buffer): void {
    this.bytes += chunk.length;
    const { maxBodyBytes: maxBytes } = this.#limits;
    if (maxBytes > 0 && this.bytes > maxBytes) {
      this.#stream.consumed(chunk.length);
      this.awaited = false;
      this.#owner.bodyRefused(new BodyTooLargeError({ maxBytes, bytes: this.bytes }));
      return;
    }
    if (this.body.push(chunk, false)) this.#stream.consumed(chunk.length);
    else {
      this.#waitingBytes += chunk.length;
      this.awaited = false;
    }
    this.#owner.bodyMoved();
  }

  /** What stands behind it. */
  trailersReceived(fields: readonly string[]): void {
    this.#trailers = trailersFrom(fields, this.#limits.ambiguousFields);
  }

  /** That was all. */
  ended(): void {
    if (this.done) return;
    this.done = true;
    this.awaited = false;
    this.body.finish(this.#trailers);
    this.#owner.bodyMoved();
  }

  /** Nobody gets the rest of it, and nobody needs what has come. */
  break(reason: Error): void {
    this.awaited = false;
    if (!this.done) this.body.break(reason);
    this.release();
  }

  /** What waited is taken, or nobody needs it. */
  release(): void {
    const bytes = this.#waitingBytes;
    this.#waitingBytes = 0;
    if (bytes > 0) this.#stream.consumed(bytes);
  }

  bodyWanted(): void {
    this.#owner.bodyWanted();
    if (this.done || this.#stream.closed) return;
    this.awaited = true;
    this.#owner.bodyMoved();
  }

  bodyResumed(): void {
    this.release();
    if (this.done || this.#stream.closed) return;
    this.awaited = true;
    this.#owner.bodyMoved();
  }

  bodySettled(): void {
    this.release();
  }

  bodyCancelled(reason: Error | undefined): void {
    this.awaited = false;
    this.release();
    this.#owner.bodyCancelled(reason);
  }
}
