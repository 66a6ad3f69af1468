import { BodyUsedError } from "../errors.ts";
import type { Headers } from "../headers/headers.ts";
import type { Body, BodySink } from "./body.ts";
import { writeCopy } from "./chunk-copy.ts";

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
    if (!this.complete || this.#used || this.#error !== undefined || this.trailers !== undefined)
      return undefined;
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

  /** A sink has not given its memory back. */
  get held(): boolean {
    return this.#blocked;
  }

  pipe(sink: BodySink): void {
    if (this.#used) throw new BodyUsedError();
    this.#used = true;
    this.#sink = sink;
    const coming = !this.complete && this.#error === undefined;
    if (coming) this.#source.bodyWanted();
    this.#flush();
    if (coming && !this.#blocked && !this.complete && !this.#closed) this.#source.bodyResumed();
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
    const broken = this.#error !== undefined;
    this.#used = true;
    this.#forget();
    if (this.complete) this.#settle();
    else {
      this.#closed = true;
      if (!broken) this.#source.bodyCancelled(reason);
    }
  }

  /** For the connection: bytes arrived; `kept` when their memory stays as it is while reading is stopped. False stops reading. */
  push(chunk: Buffer, kept: boolean): boolean {
    // What nobody wants does not stop the connection from reading it away.
    if (this.#closed || this.#error !== undefined) return true;
    const sink = this.#sink;
    if (sink === undefined || this.#blocked || this.#waiting !== undefined) {
      this.#waiting ??= [];
      this.#waiting.push(kept ? chunk : Buffer.from(chunk));
      return false;
    }
    const taken = kept ? sink.write(chunk) : writeCopy(chunk, sink);
    this.#blocked = !taken && this.#sink === sink;
    return !this.#blocked;
  }

  /** For the connection: that was all of it. */
  finish(trailers: Headers | undefined): void {
    this.complete = true;
    this.trailers = trailers;
    if (this.#closed || this.#error !== undefined) return this.#settle();
    if (this.#sink !== undefined) this.#end();
  }

  /** For the connection: nobody can have the rest. What waits is dropped, what still comes is thrown away. */
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
    this.#waiting = undefined;
    this.#blocked = false;
  }

  /** Gives the sink what waited, then the end when it is there. */
  #flush(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    if (this.#error !== undefined) {
      this.#forget();
      return sink.fail(this.#error);
    }
    const waiting = this.#waiting;
    while (waiting !== undefined && waiting.length > 0) {
      this.#blocked = !sink.write(waiting.shift() as Buffer);
      // The sink may have cancelled the body, or broken its connection.
      if (this.#sink !== sink) this.#blocked = false;
      if (this.#sink !== sink || (this.#blocked && waiting.length > 0)) return;
    }
    this.#waiting = undefined;
    if (this.complete) this.#end();
  }

  #end(): void {
    const sink = this.#sink;
    // What still waits goes first; `#flush` comes back here.
    if (this.#waiting !== undefined || sink === undefined) return;
    this.#sink = undefined;
    sink.end(this.trailers);
    if (!this.#blocked && !this.#closed) this.#settle();
  }

  #settle(): void {
    this.#closed = true;
    this.#source.bodySettled();
  }
}

const nothing = Buffer.alloc(0);
