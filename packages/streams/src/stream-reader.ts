import type { ByteStream, StreamHandler } from "./byte-stream.ts";

interface Waiting {
  readonly resolve: (chunk: Buffer | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads a stream by promises: for handshakes, detection and simple services. It reads only while somebody waits, so
 * what was not asked for stays in the kernel, and a handler attached afterwards misses nothing.
 */
export class StreamReader implements StreamHandler {
  readonly #stream: ByteStream;
  #waiting: Waiting | undefined = undefined;
  #ended = false;
  #error: Error | undefined = undefined;
  #drained: (() => void) | undefined = undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /**
   * The next bytes, in memory of their own; undefined at the end. Rejects when the stream breaks. One call at a time.
   */
  read(): Promise<Buffer | undefined> {
    if (this.#waiting !== undefined) throw new TypeError("read() was called while another read() waits");
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) return reject(this.#error);
      if (this.#ended) return resolve(undefined);
      this.#waiting = { resolve, reject };
      this.#stream.attach(this);
    });
  }

  /** Writes `bytes` and resolves when the kernel has taken them, so that a slow peer slows the writer down. */
  write(bytes: Buffer): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#stream.write(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#drained = () => (this.#error === undefined ? resolve() : reject(this.#error));
    });
  }

  onData(chunk: Buffer): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#stream.unread(Buffer.from(chunk));
      return false;
    }
    this.#waiting = undefined;
    waiting.resolve(Buffer.from(chunk));
    return false;
  }

  onEnd(): void {
    this.#ended = true;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  onDrain(): void {
    this.#drained?.();
    this.#drained = undefined;
  }

  onClose(error: Error | undefined): void {
    this.#error = error;
    this.#ended = true;
    if (error === undefined) this.#waiting?.resolve(undefined);
    else this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.onDrain();
  }
}
