import type { Body, BodySink } from "../body/body.ts";
import { BodyDiscardedError } from "../errors.ts";

/** A body as a stream of the Fetch standard: read as fast as it is taken, cancelled with it. */
export class RequestStream implements BodySink {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #body: Body;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #begun = false;

  constructor(body: Body) {
    this.#body = body;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#controller = undefined;
          body.cancel(reason instanceof Error ? reason : undefined);
        },
      },
      // Nothing is read before somebody asks: a client that waits for a 100 is told only then.
      { highWaterMark: 0 },
    );
  }

  /** What is left of it is of no use any more; whoever still reads hears why. */
  discard(reason: Error | undefined): void {
    this.#body.cancel(reason);
    this.#controller?.error(reason ?? new BodyDiscardedError());
    this.#controller = undefined;
  }

  write(chunk: Buffer): boolean {
    // The stream keeps what it is given; this memory is read into again. The next part is pulled.
    this.#controller?.enqueue(new Uint8Array(chunk));
    return false;
  }

  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  fail(error: Error): void {
    this.#controller?.error(error);
    this.#controller = undefined;
  }

  #pull(): void {
    if (this.#begun) return this.#body.resume();
    this.#begun = true;
    this.#body.pipe(this);
  }
}
