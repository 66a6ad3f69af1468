/** The beginning of a message that comes in parts. */
export class PendingBytes {
  /** How many bytes are here. */
  length = 0;
  /** How long the message is; 0 while that is not known. */
  readonly total: number;
  #buffer: Buffer;

  constructor(capacity: number, total: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.total = total;
  }

  /** What is here, in memory that is the message's from the time when it is complete. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  /** What fits without growing. */
  get room(): number {
    return this.#buffer.length - this.length;
  }

  /** Adds bytes; the memory doubles where there is no room. */
  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.length);
      this.#buffer = larger;
    }
    source.copy(this.#buffer, this.length, start, end);
    this.length = length;
  }
}
