import { copiedBytes } from "@monolake/streams";
import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

/** As much memory as is kept for the bodies that follow. */
const maxSpare = 32;
/** What was given back last is what the processor has in its cache: it serves first. */
const spare: Buffer[] = [];

/**
 * A body that came with its head. Most are written at once, from where they were read; what still has to wait when the connection
 * reads on is kept in memory that serves one such body after another, and is not touched for the first time with each.
 */
export class ShortBody implements Body {
  readonly length: number;
  readonly trailers: Headers | undefined = undefined;
  /** What it stands in: the chunk, or memory of its own. Undefined once the body is dealt with. */
  #bytes: Buffer | undefined;
  #start: number;
  #isKept = false;
  #used = false;

  /** What is between `start` and `end`, at most {@link copiedBytes}; good until {@link keep}, before the chunk is not any more. */
  constructor(chunk: Buffer, start: number, end: number) {
    this.#bytes = chunk;
    this.#start = start;
    this.length = end - start;
  }

  /** Undefined once the body is dealt with: its memory belongs to another one then. */
  get whole(): Buffer | undefined {
    this.keep();
    return this.#bytes?.subarray(0, this.length);
  }

  /** Whether it is not dealt with yet. */
  get isHere(): boolean {
    return this.#bytes !== undefined && !this.#used;
  }

  /** Moves what nobody has dealt with to memory of its own. */
  keep(): void {
    if (this.#isKept || this.#bytes === undefined) return;
    const memory = spare.pop() ?? Buffer.allocUnsafeSlow(copiedBytes);
    this.copyTo(memory, 0);
    this.#bytes = memory;
    this.#start = 0;
    this.#isKept = true;
  }

  /** Copies it, while it is here, to `into` from `at` on; where the next byte goes. */
  copyTo(into: Buffer, at: number): number {
    const bytes = this.#bytes as Buffer;
    return at + bytes.copy(into, at, this.#start, this.#start + this.length);
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
    const bytes = this.#bytes;
    this.#bytes = undefined;
    if (this.#isKept && bytes !== undefined && spare.length < maxSpare) spare.push(bytes);
  }
}
