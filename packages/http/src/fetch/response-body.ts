import { asError } from "@monolake/errors";
import type { Body, BodySink } from "../body/body.ts";
import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";

/** The body of a {@link Response}: its stream is read as fast as the client takes it, and cancelled when the client leaves. */
export class FetchResponseBody implements Body {
  readonly length: number;
  readonly whole = undefined;
  readonly trailers: Headers | undefined = undefined;
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #over: (reason: Error | undefined) => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined = undefined;
  #isOver = false;
  #wake: (() => void) | undefined = undefined;

  /** `length`: what the handler announced, or -1. `over` is called once, when nothing more of the body will be sent. */
  constructor(stream: ReadableStream<Uint8Array>, length: number, over: (reason: Error | undefined) => void) {
    this.#stream = stream;
    this.length = length;
    this.#over = over;
  }

  pipe(sink: BodySink): void {
    if (this.#reader !== undefined || this.#isOver) throw new BodyUsedError();
    this.#reader = this.#stream.getReader();
    void this.#run(this.#reader, sink);
  }

  resume(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  cancel(reason?: Error): void {
    if (this.#isOver) return;
    this.#end(reason);
    this.resume();
    const source = this.#reader ?? this.#stream;
    // A handler that fails to clean up has nobody to tell.
    source.cancel(reason).catch(() => {});
  }

  async #run(reader: ReadableStreamDefaultReader<Uint8Array>, sink: BodySink): Promise<void> {
    try {
      while (!this.#isOver) {
        const { done, value } = await reader.read();
        if (this.#isOver) return;
        if (done) {
          this.#end(undefined);
          return sink.end(undefined);
        }
        if (!(value instanceof Uint8Array))
          throw new TypeError("a response body has a part that is not bytes");
        if (value.length === 0) continue;
        if (!sink.write(Buffer.from(value.buffer, value.byteOffset, value.length))) await this.#resumed();
      }
    } catch (error) {
      if (this.#isOver) return;
      const failure = asError(error);
      this.#end(failure);
      reader.cancel(failure).catch(() => {});
      sink.fail(failure);
    }
  }

  #end(reason: Error | undefined): void {
    this.#isOver = true;
    this.#over(reason);
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
