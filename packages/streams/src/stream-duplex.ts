import { Duplex } from "node:stream";
import { formatAddress } from "./address.ts";
import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { ConnectionResetError } from "./errors.ts";

type Done = (error?: Error | null) => void;

/** A byte stream as a `Duplex`: backpressure, an end for each side and errors pass in both directions. */
export class StreamDuplex extends Duplex implements StreamHandler {
  readonly #stream: ByteStream;
  /** A write, or the end behind it, until everything is taken. */
  #writing: Done | undefined = undefined;

  constructor(stream: ByteStream) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
    stream.attach(this);
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: Done): void {
    this.#written(this.#stream.write(bytes), done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    const taken = this.#stream.writev(chunks.map(({ chunk }) => chunk));
    this.#written(taken, done);
  }

  override _final(done: Done): void {
    this.#stream.end();
    this.#written(this.#stream.pendingBytes === 0, done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#stream.destroy(error ?? undefined);
    this.#finishWriting(error ?? this.#lost());
    done(error);
  }

  onData(chunk: Buffer): boolean {
    // A Readable keeps what it is given until somebody reads it.
    return this.push(Buffer.from(chunk));
  }

  onEnd(): void {
    this.push(null);
  }

  onDrain(): void {
    this.#finishWriting();
  }

  onClose(error: Error | undefined): void {
    this.destroy(error);
  }

  #written(taken: boolean, done: Done): void {
    if (this.#stream.closed) done(this.#lost());
    else if (taken) done();
    else this.#writing = done;
  }

  #finishWriting(error?: Error): void {
    const done = this.#writing;
    this.#writing = undefined;
    done?.(error);
  }

  #lost(): Error {
    return new ConnectionResetError({
      address: formatAddress(this.#stream.remoteAddress),
      systemCode: "EPIPE",
    });
  }
}
