import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

const nothing = Buffer.alloc(0);

/** A body whose bytes are all here. */
export class BytesBody implements Body {
  readonly length: number;
  readonly whole: Buffer;
  readonly trailers: Headers | undefined = undefined;
  #used = false;

  /** The body refers to `bytes`; it does not copy them. */
  constructor(bytes: Buffer) {
    this.length = bytes.length;
    this.whole = bytes;
  }

  pipe(sink: BodySink): void {
    if (this.#used) throw new BodyUsedError();
    this.#used = true;
    if (this.length > 0) sink.write(this.whole);
    sink.end(undefined);
  }

  resume(): void {}

  cancel(): void {}
}

/** No body at all: no Content-Length, no Transfer-Encoding. May be used any number of times. */
export const emptyBody: Body = {
  length: 0,
  whole: nothing,
  trailers: undefined,
  pipe(sink) {
    sink.end(undefined);
  },
  resume() {},
  cancel() {},
};
