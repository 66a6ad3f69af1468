import { writeCopy } from "./chunk-copy.ts";
import type { Content, ContentSink } from "./content.ts";

const nothing = Buffer.alloc(0);
/** Memory of this size is shared by chunks that are small enough. */
const sharedBytes = 4096;

/**
 * Content that arrives on a connection. What comes before anybody wants it waits in memory of its own, at most one read of
 * it, because reading stops then. A protocol tells its connection what happens to it.
 */
export abstract class IncomingContent<Ending> implements Content<Ending> {
  readonly length: number;
  /** The last byte has arrived. */
  complete = false;
  #ending: Ending | undefined = undefined;
  #sink: ContentSink<Ending> | undefined = undefined;
  #waiting: Buffer[] | undefined = undefined;
  /** What waits last, when it lies in `#memory`, where more may have room behind it. */
  #shared: Buffer | undefined = undefined;
  #memory: Buffer = nothing;
  #error: Error | undefined = undefined;
  #blocked = false;
  #closed = false;
  #used = false;

  /** `length` is -1 where only the end will tell. */
  constructor(length: number) {
    this.length = length;
  }

  /** Somebody wants it, and it is still coming: the first time for each. */
  protected contentWanted(): void {}
  /** The sink can take more: go on reading. */
  protected abstract contentResumed(): void;
  /** It is complete and none of its memory is in use any more. */
  protected abstract contentSettled(): void;
  /** Nobody wants the rest of it. */
  protected abstract contentCancelled(reason: Error | undefined): void;
  /** What to throw for a second sink. */
  protected abstract usedError(): Error;

  /** What its end told. */
  protected get ending(): Ending | undefined {
    return this.#ending;
  }

  get whole(): Buffer | undefined {
    if (!this.complete || this.#used || this.#error !== undefined || this.#ending !== undefined)
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

  /** What came is not taken: reading has to stop. */
  get paused(): boolean {
    const waits = this.#waiting !== undefined && this.#waiting.length > 0;
    return !this.#closed && this.#error === undefined && (this.#blocked || waits);
  }

  pipe(sink: ContentSink<Ending>): void {
    if (this.#used) throw this.usedError();
    this.#used = true;
    this.#sink = sink;
    const coming = !this.complete && this.#error === undefined;
    if (coming) this.contentWanted();
    this.#flush();
    if (coming && !this.#blocked && !this.complete && !this.#closed) this.contentResumed();
  }

  resume(): void {
    if (!this.#blocked || this.#closed) return;
    this.#blocked = false;
    this.#flush();
    if (this.#blocked || this.#closed) return;
    if (this.complete) this.#settle();
    else this.contentResumed();
  }

  cancel(reason?: Error): void {
    if (this.#closed) return;
    const broken = this.#error !== undefined;
    this.#used = true;
    this.#forget();
    if (this.complete) this.#settle();
    else {
      this.#closed = true;
      if (!broken) this.contentCancelled(reason);
    }
  }

  /** For the connection: bytes arrived; `kept` when their memory stays as it is while reading is stopped. False stops reading. */
  push(chunk: Buffer, kept: boolean): boolean {
    // What nobody wants does not stop the connection from reading it away.
    if (this.#closed || this.#error !== undefined) return true;
    const sink = this.#sink;
    if (sink === undefined || this.#blocked || this.#waiting !== undefined) {
      this.#waiting ??= [];
      if (kept) this.#waiting.push(chunk);
      else this.#keep(chunk, this.#waiting);
      return false;
    }
    const taken = kept ? sink.write(chunk) : writeCopy(chunk, sink);
    this.#blocked = !taken && this.#sink === sink;
    return !this.#blocked;
  }

  /** Small chunks wait in memory that they share: each in its own, a flood of them would cost more than a hundred times its bytes. */
  #keep(chunk: Buffer, waiting: Buffer[]): void {
    const last = waiting.at(-1);
    if (last === undefined || last.length + chunk.length > sharedBytes)
      return void waiting.push(Buffer.from(chunk));
    if (last !== this.#shared) {
      this.#memory = Buffer.allocUnsafeSlow(sharedBytes);
      this.#memory.set(last);
    }
    this.#memory.set(chunk, last.length);
    this.#shared = this.#memory.subarray(0, last.length + chunk.length);
    waiting[waiting.length - 1] = this.#shared;
  }

  /** For the connection: that was all of it. */
  finish(ending: Ending): void {
    this.complete = true;
    this.#ending = ending;
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
    this.#shared = undefined;
    this.#memory = nothing;
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
      // The sink may have cancelled it, or broken its connection.
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
    sink.end(this.#ending as Ending);
    if (!this.#blocked && !this.#closed) this.#settle();
  }

  #settle(): void {
    this.#closed = true;
    this.contentSettled();
  }
}
