const firstBytes = 256;

/** Memory that grows with what is written. */
export class GrowingBuffer {
  bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  at = 0;

  /** Where `length` bytes may be written; they count as written. */
  reserve(length: number): number {
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.at, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, start);
      this.bytes = larger;
    }
    return start;
  }

  byte(value: number): void {
    const start = this.reserve(1);
    this.bytes[start] = value;
  }

  append(value: Uint8Array): void {
    const start = this.reserve(value.length);
    this.bytes.set(value, start);
  }

  uuid(value: string): void {
    const bytes = Buffer.from(value.replaceAll("-", ""), "hex");
    if (bytes.length !== 16) throw new RangeError(`expected a UUID, found ${JSON.stringify(value)}`);
    this.append(bytes);
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }
}
