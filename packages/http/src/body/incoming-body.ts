import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";

/** The connection that an incoming body arrives on. */
export interface IncomingBodySource {
  /** Somebody wants the body: the first call for each body (sends 100 Continue where the client waits for it). */
  bodyWanted(): void;
  /** The sink can take more: go on reading. */
  bodyResumed(): void;
  /** The body is complete and none of its memory is in use any more. */
  bodySettled(): void;
  /** Nobody wants the rest of it. */
  bodyCancelled(reason: Error | undefined): void;
}

/**
 * A body that arrives on a connection. What comes before anybody wants it waits in memory of its own, at most one
 * read of it, because reading stops then.
 */
export class IncomingBody implements Body {
  readonly length: number;
  trailers: Headers | undefined = undefined;
  /** The last byte has arrived. */
  complete = false;
  #source: IncomingBodySource;
  #sink: BodySink | undefined = undefined;
  #waiting: Buffer[] | undefined = undefined;
  #error: Error | undefined = undefined;
  #blocked = false;
  #closed = false;
  #used = false;

  constructor(source: IncomingBodySource, length: number) {
    this.#source = source;
    this.length = length;
  }

  get whole(): Buffer | undefined {
    if (!this.complete || this.#used || this.trailers !== undefined) return undefined;
    const waiting = this.#waiting;
    if (waiting === undefined) return nothing;
    if (waiting.length > 1) waiting.splice(0, waiting.length, Buffer.concat(waiting));
    return waiting[0];
  }

  /** Somebody takes it, or said that nobody will. */
  get used(): boolean {
    return this.#used;
  }

  /** It is complete, and none of its memory is in use any more. */
  get settled(): boolean {
    return this.complete && this.#closed;
  }

  pipe(sink: BodySink): void {
    if (this.#used) throw new BodyUsedError();
    this.#used = true;
    this.#sink = sink;
    if (!this.complete) this.#source.bodyWanted();
    this.#flush();
    if (!this.#blocked && !this.complete && !this.#closed) this.#source.bodyResumed();
  }

  resume(): void {
    if (!this.#blocked || this.#closed) return;
    this.#blocked = false;
    this.#flush();
    if (this.#blocked || this.#closed) return;
    if (this.complete) this.#settle();
    else this.#source.bodyResumed();
  }

  cancel(reason?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#used = true;
    this.#sink = undefined;
    this.#waiting = undefined;
    this.#blocked = false;
    if (this.complete) this.#source.bodySettled();
    else this.#source.bodyCancelled(reason);
  }

  /** For the connection: bytes arrived; `kept` when their memory stays as it is while reading is stopped. False stops reading. */
  push(chunk: Buffer, kept: boolean): boolean {
    // Who cancelled does not stop the connection from reading the rest away.
    if (this.#closed) return true;
    const sink = this.#sink;
    if (sink === undefined || this.#blocked || this.#waiting !== undefined) {
      this.#waiting ??= [];
      this.#waiting.push(kept ? chunk : Buffer.from(chunk));
      return false;
    }
    const more = sink.write(kept ? chunk : Buffer.from(chunk));
    if (!more && !this.#closed) this.#blocked = true;
    return more;
  }

  /** For the connection: that was all of it. */
  finish(trailers: Headers | undefined): void {
    this.complete = true;
    this.trailers = trailers;
    if (this.#closed) return this.#source.bodySettled();
    if (this.#sink !== undefined) this.#end();
  }

  /** For the connection: it will never be complete. */
  break(error: Error): void {
    if (this.complete || this.#closed) return;
    this.#error = error;
    this.#closed = this.#sink !== undefined;
    this.#sink?.fail(error);
  }

  /** Gives the sink what waited, then the end when it is there. */
  #flush(): void {
    const waiting = this.#waiting;
    const sink = this.#sink;
    if (sink === undefined) return;
    while (waiting !== undefined && waiting.length > 0) {
      this.#blocked = !sink.write(waiting.shift() as Buffer);
      if (this.#closed || (this.#blocked && waiting.length > 0)) return;
    }
    this.#waiting = undefined;
    if (this.#error !== undefined) {
      this.#closed = true;
      sink.fail(this.#error);
    } else if (this.complete) this.#end();
  }

  #end(): void {
    // What still waits goes first; `#flush` comes back here.
    if (this.#waiting !== undefined || this.#sink === undefined) return;
    const sink = this.#sink;
    this.#sink = undefined;
    sink.end(this.trailers);
    if (!this.#blocked) this.#settle();
  }

  #settle(): void {
    this.#closed = true;
    this.#source.bodySettled();
  }
}

const nothing = Buffer.alloc(0);
