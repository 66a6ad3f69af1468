import { ThriftPayloadError } from "../errors.ts";

/** Takes bytes from the front of a buffer and knows where it ends. */
export class ByteCursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Where `length` bytes begin that are here; they are taken. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.bytes.length - start) {
      throw new ThriftPayloadError({ what: `${length} bytes where ${this.bytes.length - start} are left` });
    }
    this.at = start + length;
    return start;
  }

  byte(): number {
    return this.bytes[this.take(1)] as number;
  }

  /** A number of values: each has a byte at least. */
  size(count: number): number {
    if (count < 0 || count > this.bytes.length - this.at) {
      throw new ThriftPayloadError({
        what: `${count} values where ${this.bytes.length - this.at} bytes are left`,
      });
    }
    return count;
  }

  text(length: number): string {
    const start = this.take(length);
    return this.bytes.toString("utf8", start, start + length);
  }

  part(length: number): Buffer {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  uuid(): string {
    const start = this.take(16);
    const hex = this.bytes.toString("hex", start, start + 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }
}
