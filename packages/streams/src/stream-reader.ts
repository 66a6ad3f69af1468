import { formatAddress } from "./address.ts";
import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { ConnectionResetError } from "./errors.ts";

interface Waiting {
  readonly resolve: (chunk: Buffer | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface Writing {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads a stream by promises: for handshakes, detection and simple services. It reads only while somebody waits, so
 * what was not asked for stays in the kernel, and a handler attached afterwards misses nothing.
 */
export class StreamReader implements StreamHandler {
  readonly #stream: ByteStream;
  #waiting: Waiting | undefined = undefined;
  #writing: Writing[] = [];
  #ended = false;
  #error: Error | undefined = undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /**
   * The next bytes, in memory of their own; undefined at the end. Rejects when the stream breaks. One call at a time.
   */
  read(): Promise<Buffer | undefined> {
    if (this.#waiting !== undefined) {
      return Promise.reject(new TypeError("read() was called while another read() waits"));
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#stream.attach(this);
    });
  }

  /**
   * Writes `bytes` and resolves when the kernel has taken them, so that a slow peer slows the writer down. Rejects when the
   * stream is gone before that.
   */
  write(bytes: Buffer): Promise<void> {
    if (this.#stream.closed) return Promise.reject(this.#lost());
    if (this.#stream.write(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#writing.push({ resolve, reject });
      if (this.#waiting !== undefined) return;
      // Only the attached handler hears of the drain; nobody reads by it yet.
      this.#stream.attach(this);
      this.#stream.pause();
    });
  }

  onData(chunk: Buffer): boolean {
    const waiting = this.#waiting;
    const bytes = Buffer.from(chunk);
    this.#waiting = undefined;
    if (waiting === undefined) this.#stream.unread(bytes);
    else waiting.resolve(bytes);
    return false;
  }

  onEnd(): void {
    this.#ended = true;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  onDrain(): void {
    for (const { resolve } of this.#writing.splice(0)) resolve();
  }

  onClose(error: Error | undefined): void {
    this.#error = error;
    this.#ended = true;
    if (error === undefined) this.#waiting?.resolve(undefined);
    else this.#waiting?.reject(error);
    this.#waiting = undefined;
    for (const { reject } of this.#writing.splice(0)) reject(this.#lost());
  }

  #lost(): Error {
    const address = formatAddress(this.#stream.remoteAddress);
    return this.#error ?? new ConnectionResetError({ address, systemCode: "EPIPE" });
  }
}
