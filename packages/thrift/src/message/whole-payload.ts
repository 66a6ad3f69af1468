import { PayloadUsedError } from "../errors.ts";
import type { Payload, PayloadSink } from "./payload.ts";

/** A payload whose bytes are all here. */
export class WholePayload implements Payload {
  readonly length: number;
  readonly whole: Buffer;
  #used = false;

  /** The payload refers to `bytes`; it does not copy them. */
  constructor(bytes: Buffer) {
    this.length = bytes.length;
    this.whole = bytes;
  }

  pipe(sink: PayloadSink): void {
    if (this.#used) throw new PayloadUsedError();
    this.#used = true;
    if (this.length > 0) sink.write(this.whole);
    sink.end();
  }

  resume(): void {}

  cancel(): void {}
}
