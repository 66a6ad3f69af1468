import { PayloadUsedError } from "../errors.ts";
import type { Payload, PayloadSink } from "./payload.ts";

/** The connection that an incoming payload arrives on. */
export interface PayloadSource {
  /** The sink can take more: go on reading. */
  payloadResumed(): void;
  /** The payload is complete and none of its memory is in use any more. */
  payloadSettled(): void;
  /** Nobody wants the rest of it. */
  payloadCancelled(reason: Error | undefined): void;
}

/**
 * A large payload that arrives on a connection. What comes before anybody wants it waits in memory of its own, at most one
 * read of it, because reading stops then.
 */
export class IncomingPayload implements Payload {
  readonly length: number;
  readonly whole = undefined;
  /** The last byte has arrived. */
  complete = false;
  readonly #source: PayloadSource;
  #sink: PayloadSink | undefined = undefined;
  #waiting: Buffer[] = [];
  #error: Error | undefined = undefined;
  #blocked = false;
  #closed = false;
  #used = false;

  constructor(source: PayloadSource, length: number) {
    this.#source = source;
    this.length = length;
  }

  /** What came is not taken: reading has to stop. */
  get paused(): boolean {
    return !this.#closed && this.#error === undefined && (this.#blocked || this.#waiting.length > 0);
  }

  pipe(sink: PayloadSink): void {
    if (this.#used) throw new PayloadUsedError();
    this.#used = true;
    if (this.#error !== undefined) return sink.fail(this.#error);
    this.#sink = sink;
    this.#flush();
    if (!this.paused && !this.complete && !this.#closed) this.#source.payloadResumed();
  }

  resume(): void {
    if (!this.#blocked || this.#closed) return;
    this.#blocked = false;
    this.#flush();
    if (this.#blocked || this.#closed) return;
    if (this.complete) this.#settle();
    else this.#source.payloadResumed();
  }

  cancel(reason?: Error): void {
    if (this.#closed) return;
    const broken = this.#error !== undefined;
    this.#used = true;
    this.#forget();
    if (this.complete) return this.#settle();
    this.#closed = true;
    if (!broken) this.#source.payloadCancelled(reason);
  }

  /** For the connection: bytes arrived; `kept` when their memory stays as it is while reading is stopped. */
  push(chunk: Buffer, kept: boolean): void {
    if (this.#closed || this.#error !== undefined) return;
    const sink = this.#sink;
    const bytes = kept ? chunk : Buffer.from(chunk);
    if (sink === undefined || this.paused) {
      this.#waiting.push(bytes);
      return;
    }
    this.#blocked = !sink.write(bytes);
    if (this.#sink !== sink) this.#blocked = false;
  }

  /** For the connection: that was all of it. */
  finish(): void {
    this.complete = true;
    if (this.#closed || this.#error !== undefined) return this.#settle();
    this.#end();
  }

  /** For the connection: nobody can have the rest. */
  break(error: Error): void {
    if (this.#closed || this.#error !== undefined) return;
    const sink = this.#sink;
    // A sink that has it all is not told: only its memory is in use.
    if (this.complete && this.#used && sink === undefined) return;
    this.#error = error;
    this.#forget();
    sink?.fail(error);
  }

  #forget(): void {
    this.#sink = undefined;
    this.#waiting = [];
    this.#blocked = false;
  }

  /** Gives the sink what waited, then the end when it is there. */
  #flush(): void {
    const sink = this.#sink;
    while (sink !== undefined && this.#sink === sink && !this.#blocked && this.#waiting.length > 0) {
      this.#blocked = !sink.write(this.#waiting.shift() as Buffer);
      // The sink may have cancelled the payload, or broken its connection.
      if (this.#sink !== sink) this.#blocked = false;
    }
    if (this.complete) this.#end();
  }

  #end(): void {
    const sink = this.#sink;
    if (this.#waiting.length > 0 || sink === undefined) return;
    this.#sink = undefined;
    sink.end();
    if (!this.#blocked && !this.#closed) this.#settle();
  }

  #settle(): void {
    this.#closed = true;
    this.#source.payloadSettled();
  }
}
