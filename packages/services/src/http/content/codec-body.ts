import { type Body, type BodySink, BodyUsedError, type Headers } from "@monolake/http";
import type { CodecSlots } from "./codec-slots.ts";
import type { Codec } from "./codings.ts";

/**
 * A body that goes through a zlib stream on its way, as it comes. Nothing is copied, and little waits: the stream works on one
 * chunk at a time, in the thread pool, and stands still while the sink does. The stream is made when the first byte comes, and
 * destroyed when nobody wants more.
 */
export abstract class CodecBody implements Body, BodySink {
  readonly length = -1;
  readonly whole = undefined;
  trailers: Headers | undefined = undefined;
  readonly #source: Body;
  readonly #slots: CodecSlots;
  #codec: Codec | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #used = false;
  /** The sink has all of it, or will get no more. */
  #over = false;
  #sourceEnded = false;
  /** A chunk's memory is in use. */
  #working = false;
  #givenBytes = 0;

  constructor(source: Body, slots: CodecSlots) {
    this.#source = source;
    this.#slots = slots;
  }

  /** The codec for a body that begins with this byte, or has none; undefined where nothing stays nothing. */
  protected abstract open(firstByte: number | undefined): Codec | undefined;
  /** What to tell the sink when the codec fails, or does not take all that it is given. */
  protected abstract failure(cause: Error | undefined): Error;
  /** The codec made so many bytes; an error breaks the body off. */
  protected abstract produced(bytes: number): Error | undefined;
  /** How many bytes of this chunk the codec is given for themselves. */
  protected leadOf(_chunk: Buffer): number {
    return 0;
  }

  /** The codec is given so many bytes. */
  protected abstract given(bytes: number): void;
  /** The codec has worked on all that came, and nothing more has come yet. */
  protected abstract idle(codec: Codec): void;

  pipe(sink: BodySink): void {
    if (this.#used) throw new BodyUsedError();
    this.#used = true;
    this.#sink = sink;
    this.#source.pipe(this);
  }

  resume(): void {
    if (!this.#over) this.#codec?.resume();
  }

  cancel(reason?: Error): void {
    if (this.#over) return;
    this.#finish();
    this.#source.cancel(reason);
  }

  // === as the sink of what comes ===

  write(chunk: Buffer): boolean {
    if (this.#over || chunk.length === 0) return true;
    this.#codec ??= this.#start(this.open(chunk[0]));
    const lead = this.leadOf(chunk);
    this.#givenBytes += chunk.length;
    this.given(chunk.length);
    this.#working = true;
    if (lead > 0) this.#codec?.write(chunk.subarray(0, lead));
    this.#codec?.write(lead > 0 ? chunk.subarray(lead) : chunk, this.#written);
    return false;
  }

  end(trailers: Headers | undefined): void {
    if (this.#over) return;
    this.#sourceEnded = true;
    this.trailers = withoutDigests(trailers);
    this.#codec ??= this.#start(this.open(undefined));
    if (this.#codec === undefined) this.#complete();
    else this.#codec.end();
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#finish()?.fail(error);
  }

  #start(codec: Codec | undefined): Codec | undefined {
    if (codec === undefined) return undefined;
    const slots = this.#slots;
    slots.take();
    codec.once("close", () => slots.give());
    codec.on("error", (error) => this.#break(this.failure(error)));
    codec.on("data", (chunk: Buffer) => this.#deliver(chunk, codec));
    codec.on("end", () => this.#codecEnded(codec));
    return codec;
  }

  readonly #written = (error?: Error | null): void => {
    if (this.#over || error != null) return;
    this.#working = false;
    this.#source.resume();
    const codec = this.#codec;
    if (!this.#working && !this.#sourceEnded && !this.#over && codec !== undefined) this.idle(codec);
  };

  #deliver(chunk: Buffer, codec: Codec): void {
    if (this.#over) return;
    const problem = this.produced(chunk.length);
    if (problem !== undefined) this.#break(problem);
    else if (this.#sink?.write(chunk) === false) codec.pause();
  }

  #codecEnded(codec: Codec): void {
    if (this.#over) return;
    // It was done before what it was given was: something follows that is no part of the content.
    if (codec.bytesWritten < this.#givenBytes) this.#break(this.failure(undefined));
    else this.#complete();
  }

  #complete(): void {
    this.#finish()?.end(this.trailers);
  }

  #break(error: Error): void {
    if (this.#over) return;
    const sink = this.#finish();
    this.#source.cancel(error);
    sink?.fail(error);
  }

  /** Ends the work; who is to be told. */
  #finish(): BodySink | undefined {
    this.#over = true;
    this.#used = true;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#codec?.destroy();
    return sink;
  }
}

/** What tells of the bytes as they were. */
const digests = ["Content-MD5", "Content-Digest", "Repr-Digest", "Digest"] as const;

/** Takes out what the content is compared with, as that is another content now (RFC 9530 section 2 and 3). */
export function removeDigests(headers: Headers): void {
  for (const name of digests) headers.delete(name);
}

function withoutDigests(trailers: Headers | undefined): Headers | undefined {
  if (trailers === undefined) return undefined;
  removeDigests(trailers);
  return trailers.size > 0 ? trailers : undefined;
}
