import type { Http2Stream } from "node:http2";
import { IncomingBody, type IncomingBodySource } from "../body/incoming-body.ts";
import { BodyTooLargeError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import { trailersFrom } from "./fields.ts";

/** Whose message the body belongs to. */
export interface StreamBodyOwner {
  /** Somebody wants it: the first call for each body. */
  bodyWanted(): void;
  /** Bytes came, the sink can take more or takes no more, or that was all: whose turn it is may have changed. */
  bodyMoved(): void;
  /** It has come, and none of its memory is in use. */
  bodySettled(): void;
  /** Nobody wants the rest of it. */
  bodyCancelled(reason: Error | undefined): void;
  /** It is larger than allowed. */
  bodyRefused(error: Error): void;
}

/**
 * The body of a message that comes on a stream of HTTP/2. Nothing of it is read before somebody wants it, and nothing while the sink
 * takes nothing: the peer may send no more than its window then (RFC 9113 section 5.2).
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
  readonly #maxBytes: number;
  #trailers: Headers | undefined = undefined;

  /** `length` is -1 where it is not announced; `maxBytes` 0 for any. */
  constructor(stream: Http2Stream, owner: StreamBodyOwner, length: number, maxBytes: number) {
    this.#stream = stream;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
    this.body = new IncomingBody(this, length);
    stream.on("trailers", (_record, _flags, fields: string[]) => {
      this.#trailers = trailersFrom(fields);
    });
  }

  bodyWanted(): void {
    this.#owner.bodyWanted();
    const stream = this.#stream;
    if (stream.destroyed) return;
    this.awaited = true;
    stream.on("data", (chunk: Buffer) => this.#received(chunk));
    stream.on("end", () => this.#ended());
    this.#owner.bodyMoved();
  }

  bodyResumed(): void {
    if (this.done || this.#stream.destroyed) return;
    this.awaited = true;
    this.#stream.resume();
    this.#owner.bodyMoved();
  }

  bodySettled(): void {
    this.#owner.bodySettled();
  }

  bodyCancelled(reason: Error | undefined): void {
    this.awaited = false;
    this.#owner.bodyCancelled(reason);
  }

  /** Nobody gets the rest of it. */
  break(reason: Error): void {
    this.awaited = false;
    this.body.break(reason);
  }

  #received(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.#maxBytes > 0 && this.bytes > this.#maxBytes) {
      this.awaited = false;
      this.#owner.bodyRefused(new BodyTooLargeError({ maxBytes: this.#maxBytes, bytes: this.bytes }));
      return;
    }
    // Each chunk has memory of its own.
    if (!this.body.push(chunk, true)) {
      this.awaited = false;
      this.#stream.pause();
    }
    this.#owner.bodyMoved();
  }

  #ended(): void {
    const { rstCode, aborted } = this.#stream;
    const { length } = this.body;
    // A reset ends the readable side, too: what came is not all there was.
    if (this.done || aborted || rstCode !== 0 || (length >= 0 && this.bytes !== length)) return;
    this.done = true;
    this.awaited = false;
    this.body.finish(this.#trailers);
    this.#owner.bodyMoved();
  }
}
