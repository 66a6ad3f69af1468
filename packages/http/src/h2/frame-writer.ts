import type { ByteStream } from "@monolake/streams";
import { frameBytes, frameFlags, frameHeadBytes, frameTypes } from "./frames.ts";
import { FieldEncoder } from "./hpack/field-encoder.ts";

/** Frames of one turn of the event loop are gathered in memory of this size, and written together. */
const bufferBytes = 64 * 1024;
/** Memory that serves again; connections come and go, so that a few are enough. */
const spare: Buffer[] = [];
const maxSpare = 16;

/** Puts frames together for one connection (RFC 9113 section 4.1), and writes many of them at once. */
export class FrameWriter {
  /** The system has not taken everything: `drained` has to come before there is more. */
  congested = false;
  readonly #stream: ByteStream;
  readonly #flushed: () => void;
  readonly #encoder = new FieldEncoder();
  #buffer: Buffer | undefined = undefined;
  #bytes = 0;
  #scheduled = false;
  #ended = false;

  /** `flushed` is called behind each write that was not asked for. */
  constructor(stream: ByteStream, flushed: () => void) {
    this.#stream = stream;
    this.#flushed = flushed;
  }

  /** How many bytes wait here, and in the stream. */
  get waitingBytes(): number {
    return this.#bytes + this.#stream.pendingBytes;
  }

  /** What the peer remembers of fields at most. */
  setHeaderTableBytes(bytes: number): void {
    this.#encoder.setMaxBytes(bytes);
  }

  /** Any bytes. */
  raw(bytes: Buffer): void {
    const at = this.#room(bytes.length);
    (this.#buffer as Buffer).set(bytes, at);
  }

  /** A frame whose payload are 32-bit numbers, and bytes behind them. */
  numbers(type: number, flags: number, streamId: number, numbers: readonly number[], rest?: Buffer): void {
    const length = 4 * numbers.length + (rest?.length ?? 0);
    let at = this.#frame(length, type, flags, streamId);
    const buffer = this.#buffer as Buffer;
    for (const number of numbers) at = buffer.writeUInt32BE(number, at);
    if (rest !== undefined) buffer.set(rest, at);
  }

  /** A frame with a part of `bytes`. */
  payload(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const at = this.#frame(end - start, type, flags, streamId);
    bytes.copy(this.#buffer as Buffer, at, start, end);
  }

  /** HEADERS, and CONTINUATION where they do not fit. */
  headers(streamId: number, fields: readonly string[], endStream: boolean): void {
    const most = FieldEncoder.maxBytes(fields);
    const flags = endStream ? frameFlags.endStream : 0;
    if (most > frameBytes) return this.#longHeaders(streamId, fields, flags, most);
    this.#room(frameHeadBytes + most);
    this.#bytes -= frameHeadBytes + most;
    const buffer = this.#buffer as Buffer;
    const start = this.#bytes + frameHeadBytes;
    const end = this.#encoder.encode(fields, buffer, start);
    this.#frame(end - start, frameTypes.headers, flags | frameFlags.endHeaders, streamId);
  }

  #longHeaders(streamId: number, fields: readonly string[], flags: number, most: number): void {
    const scratch = Buffer.allocUnsafeSlow(most);
    const length = this.#encoder.encode(fields, scratch, 0);
    let type: number = frameTypes.headers;
    for (let at = 0; at < length; at += frameBytes) {
      const end = Math.min(at + frameBytes, length);
      this.payload(type, flags | (end === length ? frameFlags.endHeaders : 0), streamId, scratch, at, end);
      type = frameTypes.continuation;
      flags = 0;
    }
  }

  /** Writes what has been gathered. */
  flush(): void {
    const buffer = this.#buffer;
    const bytes = this.#bytes;
    if (buffer === undefined || bytes === 0) return;
    this.#buffer = undefined;
    this.#bytes = 0;
    // What comes behind the end is for nobody; what the stream has not taken is in use.
    if (!this.#ended && !this.#stream.write(buffer.subarray(0, bytes))) this.congested = true;
    else if (spare.length < maxSpare && buffer.length === bufferBytes) spare.push(buffer);
  }

  /** Writes what has been gathered, and nothing behind it. */
  end(): void {
    this.flush();
    this.#ended = true;
  }

  /** The system has taken everything. */
  drained(): void {
    this.congested = false;
    this.flush();
  }

  /** Begins a frame: where its payload goes. */
  #frame(length: number, type: number, flags: number, streamId: number): number {
    const at = this.#room(frameHeadBytes + length);
    const buffer = this.#buffer as Buffer;
    buffer.writeUIntBE(length, at, 3);
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer.writeUInt32BE(streamId, at + 5);
    return at + frameHeadBytes;
  }

  /** Takes so many bytes of the buffer: where they begin. */
  #room(bytes: number): number {
    if (this.#buffer !== undefined && this.#bytes + bytes > this.#buffer.length) this.flush();
    this.#buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    const at = this.#bytes;
    this.#bytes += bytes;
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#flushScheduled);
    }
    return at;
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    if (!this.congested) this.flush();
    this.#flushed();
  };
}
