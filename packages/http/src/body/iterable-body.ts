import { asError } from "@monolake/errors";
import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

/** What a body can be read from, one part after another. */
export type BodyParts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A body of unknown length that an iterable yields, one part at a time, as fast as the sink takes it. */
export class IterableBody implements Body {
  readonly length = -1;
  readonly whole = undefined;
  readonly trailers: Headers | undefined = undefined;
  readonly #parts: BodyParts;
  #used = false;
  #over = false;
  #wake: (() => void) | undefined = undefined;

  constructor(parts: BodyParts) {
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

  /** A generator ends where it yields next; a stream (whatever has `destroy`) ends at once. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#used = true;
    this.resume();
    const parts = this.#parts as { readonly destroy?: unknown };
    if (typeof parts.destroy === "function") parts.destroy();
  }

  async #run(sink: BodySink): Promise<void> {
    try {
      for await (const part of this.#parts) {
        if (this.#over) return;
        if (part.length === 0) continue;
        if (!sink.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength))) await this.#resumed();
        if (this.#over) return;
      }
      this.#over = true;
      sink.end(undefined);
    } catch (error) {
      if (this.#over) return;
      this.#over = true;
      sink.fail(asError(error));
    }
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
