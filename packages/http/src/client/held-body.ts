import type { Body, BodySink } from "../body/body.ts";
import type { Headers } from "../headers/headers.ts";

/** A request body that stays where it is until the server asks for it (RFC 9110 section 10.1.1). */
export class HeldBody implements Body {
  readonly whole = undefined;
  readonly #body: Body;
  #sink: BodySink | undefined = undefined;
  #released = false;

  constructor(body: Body) {
    this.#body = body;
  }

  get length(): number {
    return this.#body.length;
  }

  get trailers(): Headers | undefined {
    return this.#body.trailers;
  }

  pipe(sink: BodySink): void {
    if (this.#released) this.#body.pipe(sink);
    else this.#sink = sink;
  }

  resume(): void {
    if (this.#released) this.#body.resume();
  }

  cancel(reason?: Error): void {
    this.#sink = undefined;
    this.#body.cancel(reason);
  }

  /** The server asks for it, or has been asked long enough. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink !== undefined) this.#body.pipe(sink);
  }
}
