import { ConnectionFault, errorCodes, frameBytes, frameHeadBytes } from "./frames.ts";

/** Hears of the frames of a connection, in order. A {@link ConnectionFault} that is thrown ends the connection. */
export interface FrameListener {
  /** `payload` is borrowed: it is read over as soon as this returns. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void;
}

/** Takes what a connection reads apart into frames (RFC 9113 section 4.1). */
export class FrameReader {
  readonly #listener: FrameListener;
  /** What is still missing of the bytes in front of all frames. */
  #preface: Buffer;
  /** The beginning of a frame of which the rest has not come. */
  readonly #head = Buffer.allocUnsafeSlow(frameHeadBytes);
  #headBytes = 0;
  #payload: Buffer | undefined = undefined;
  #payloadBytes = 0;
  #stopped = false;

  /** `preface` has to come before the first frame. */
  constructor(listener: FrameListener, preface: Buffer) {
    this.#listener = listener;
    this.#preface = preface;
  }

  /** The type of the frame that has begun and not ended; undefined where that is nothing, or too little to tell. */
  get begunType(): number | undefined {
    return this.#headBytes === frameHeadBytes ? this.#head[3] : undefined;
  }

  /** Nothing more is told. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes what was read. Throws a {@link ConnectionFault} where it is no HTTP/2. */
  read(chunk: Buffer): void {
    let at = this.#preface.length > 0 ? this.#readPreface(chunk) : 0;
    if (this.#headBytes > 0) at = this.#readOn(chunk, at);
    while (!this.#stopped && chunk.length - at >= frameHeadBytes) {
      const length = lengthOf(chunk, at);
      const end = at + frameHeadBytes + length;
      if (end > chunk.length) break;
      this.#tell(chunk, at, chunk.subarray(at + frameHeadBytes, end));
      at = end;
    }
    if (!this.#stopped && at < chunk.length) this.#keep(chunk, at);
  }

  #readPreface(chunk: Buffer): number {
    const length = Math.min(chunk.length, this.#preface.length);
    if (chunk.compare(this.#preface, 0, length, 0, length) !== 0)
      throw new ConnectionFault(errorCodes.protocolError, "the connection preface is not HTTP/2's");
    this.#preface = this.#preface.subarray(length);
    return length;
  }

  /** Completes what has begun, as far as that goes. */
  #readOn(chunk: Buffer, at: number): number {
    at = this.#keepHead(chunk, at);
    const payload = this.#payload;
    if (payload === undefined) return at;
    const copied = chunk.copy(payload, this.#payloadBytes, at);
    this.#payloadBytes += copied;
    if (this.#payloadBytes < payload.length) return at + copied;
    this.#headBytes = 0;
    this.#payload = undefined;
    this.#tell(this.#head, 0, payload);
    return at + copied;
  }

  #keep(chunk: Buffer, at: number): void {
    at = this.#keepHead(chunk, at);
    if (this.#payload !== undefined) this.#payloadBytes = chunk.copy(this.#payload, 0, at);
  }

  #keepHead(chunk: Buffer, at: number): number {
    if (this.#headBytes === frameHeadBytes) return at;
    const copied = chunk.copy(this.#head, this.#headBytes, at, at + frameHeadBytes - this.#headBytes);
    this.#headBytes += copied;
    if (this.#headBytes === frameHeadBytes) {
      this.#payload = Buffer.allocUnsafe(lengthOf(this.#head, 0));
      this.#payloadBytes = 0;
    }
    return at + copied;
  }

  #tell(head: Buffer, at: number, payload: Buffer): void {
    // RFC 9113 section 4.1: the reserved bit is ignored.
    const streamId = head.readUInt32BE(at + 5) & 0x7fffffff;
    this.#listener.frame(head[at + 3] as number, head[at + 4] as number, streamId, payload);
  }
}

/** No more than we say that we take: the default of SETTINGS_MAX_FRAME_SIZE. */
function lengthOf(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > frameBytes)
    throw new ConnectionFault(
      errorCodes.frameSizeError,
      `a frame has ${length} bytes, more than ${frameBytes}`,
    );
  return length;
}
