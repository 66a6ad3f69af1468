import type { IncomingBody } from "../body/incoming-body.ts";
import { BodyDiscardedError } from "../errors.ts";
import { BodyPace } from "../server/body-pace.ts";
import type { ResolvedHttpServerOptions } from "../server/server-options.ts";
import type { Late } from "../server/server-timeouts.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { StreamBody, type StreamBodyLimits, type StreamBodyOwner } from "./stream-body.ts";

/** Whose request it is. */
export interface RequestBodyOwner {
  /** A client that asked may send it now. */
  continueWanted(): void;
  /** Bytes came, or whose turn it is has changed. */
  requestMoved(): void;
  /** It is larger than allowed. */
  requestRefused(error: Error): void;
}

/** The body of the request on a stream, and how long its client may take for it. */
export class RequestBody implements StreamBodyOwner {
  readonly #stream: Http2Stream;
  readonly #options: ResolvedHttpServerOptions;
  readonly #owner: RequestBodyOwner;
  #receiver: StreamBody | undefined = undefined;
  #pace: BodyPace | undefined = undefined;

  constructor(stream: Http2Stream, options: ResolvedHttpServerOptions, owner: RequestBodyOwner) {
    this.#stream = stream;
    this.#options = options;
    this.#owner = owner;
  }

  /** Bytes that have come. */
  get bytes(): number {
    return this.#receiver?.bytes ?? 0;
  }

  /** There is none, or all of it has come. */
  get done(): boolean {
    return this.#receiver?.done !== false;
  }

  /** One follows; `length` is -1 where it is not announced. */
  expect(length: number, limits: StreamBodyLimits = this.#options): IncomingBody {
    this.#receiver = new StreamBody(this.#stream, this, length, limits);
    return this.#receiver.body;
  }

  received(chunk: Buffer): void {
    if (this.#receiver === undefined) this.#stream.consumed(chunk.length);
    else this.#receiver.received(chunk);
  }

  trailersReceived(fields: readonly string[]): void {
    this.#receiver?.trailersReceived(fields);
  }

  ended(): void {
    this.#receiver?.ended();
  }

  /** Nobody gets the rest of it. */
  break(reason: Error): void {
    this.#receiver?.break(reason);
  }

  /** Its answer is complete, and nobody needs what is left of it. */
  discard(): void {
    const receiver = this.#receiver;
    // An error costs more than all the rest of this: it is made where somebody may get it.
    if (receiver?.done === false) receiver.break(new BodyDiscardedError());
    else receiver?.release();
  }

  /** When the client has to have sent more, as of `deadlineIn`; it is not its turn while `held`, or while nobody takes the body. */
  awaitedUntilMs(held: boolean): number {
    const receiver = this.#receiver;
    if (!held && receiver?.awaited === true)
      return this.#pace?.wait(receiver.bytes) ?? Number.POSITIVE_INFINITY;
    this.#pace?.pause();
    return Number.POSITIVE_INFINITY;
  }

  /** What was late when it was. */
  get late(): Late {
    return this.#pace?.tooSlow === true ? "rate" : "body";
  }

  bodyWanted(): void {
    this.#owner.continueWanted();
    this.#pace = new BodyPace(this.#options);
    this.#pace.begin();
  }

  bodyMoved(): void {
    this.#owner.requestMoved();
  }

  bodyCancelled(): void {
    this.#owner.requestMoved();
  }

  bodyRefused(error: Error): void {
    this.#owner.requestRefused(error);
  }
}
