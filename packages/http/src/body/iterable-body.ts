import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

/** A body of unknown length that an iterable yields, one part at a time, as fast as the sink takes it. */
export class IterableBody implements Body {
  readonly length = -1;
  readonly whole = undefined;
  readonly trailers: Headers | undefined = undefined;
  readonly #parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  #used = false;
  #cancelled = false;
  #wake: (() => void) | undefined = undefined;

  constructor(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#parts = parts;
  }

  pipe(sink: BodySink): void {
    if (this.#used) throw new BodyUsedError();
    this.#used = true;
    void this.#run(sink);
  }

  resume(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  cancel(): void {
    this.#cancelled = true;
    this.resume();
  }

  async #run(sink: BodySink): Promise<void> {
    try {
      for await (const part of this.#parts) {
        if (this.#cancelled) return;
        if (part.length === 0) continue;
        if (!sink.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength))) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        if (this.#cancelled) return;
      }
    } catch (error) {
      if (!this.#cancelled) sink.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
      return;
    }
    if (!this.#cancelled) sink.end(undefined);
  }
}
