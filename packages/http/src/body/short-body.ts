import { copiedBytes } from "@monolake/streams";
import { BodyUsedError } from "../errors.ts";
import { copyBytes } from "../headers/copy-bytes.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

/** As much memory as is kept for the bodies that follow. */
const maxSpare = 32;
/** What was given back last is what the processor has in its cache: it serves first. */
const spare: Buffer[] = [];

/**
 * A body that came with its head, copied out of what the connection reads into. Most are written at once: then their memory
 * serves the next one, and is not touched for the first time with each message.
 */
export class ShortBody implements Body {
  readonly length: number;
  readonly trailers: Headers | undefined = undefined;
  /** Undefined once the body is dealt with: its memory belongs to another one then. */
  whole: Buffer | undefined;
  #memory: Buffer | undefined;
  #used = false;

  /** Copies what is between `start` and `end`, at most {@link copiedBytes}. */
  constructor(chunk: Buffer, start: number, end: number) {
    const memory = spare.pop() ?? Buffer.allocUnsafeSlow(copiedBytes);
    copyBytes(chunk, start, end, memory, 0);
    this.length = end - start;
    this.whole = memory.subarray(0, end - start);
    this.#memory = memory;
  }

  pipe(sink: BodySink): void {
    const { whole } = this;
    if (this.#used || whole === undefined) throw new BodyUsedError();
    this.#used = true;
    const taken = sink.write(whole);
    if (taken) this.cancel();
    sink.end(undefined);
  }

  resume(): void {
    this.cancel();
  }

  cancel(): void {
    const memory = this.#memory;
    if (memory === undefined) return;
    this.whole = undefined;
    this.#memory = undefined;
    if (spare.length < maxSpare) spare.push(memory);
  }
}
