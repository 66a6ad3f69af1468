import { IncomingContent } from "@monolake/streams";
import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body } from "./body.ts";

/** The connection that an incoming body arrives on. */
export interface IncomingBodySource {
  /** Somebody wants the body: the first call for each body (sends 100 Continue where the client waits for it). */
  bodyWanted(): void;
  /** The sink can take more: go on reading. */
  bodyResumed(): void;
  /** The body is complete and none of its memory is in use any more. */
  bodySettled(): void;
  /** Nobody wants the rest of it. */
  bodyCancelled(reason: Error | undefined): void;
}

/** A body that arrives on a connection, with its trailers at the end. */
export class IncomingBody extends IncomingContent<Headers | undefined> implements Body {
  readonly #source: IncomingBodySource;

  /** `length` is -1 where it is not announced. */
  constructor(source: IncomingBodySource, length: number) {
    super(length);
    this.#source = source;
  }

  get trailers(): Headers | undefined {
    return this.ending;
  }

  protected override contentWanted(): void {
    this.#source.bodyWanted();
  }

  protected contentResumed(): void {
    this.#source.bodyResumed();
  }

  protected contentSettled(): void {
    this.#source.bodySettled();
  }

  protected contentCancelled(reason: Error | undefined): void {
    this.#source.bodyCancelled(reason);
  }

  protected usedError(): Error {
    return new BodyUsedError();
  }
}
