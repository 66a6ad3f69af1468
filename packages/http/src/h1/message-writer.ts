import { asError } from "@monolake/errors";
import {
  type ByteStream,
  copiedBytes,
  holdWriteBuffer,
  releaseWriteBuffer,
  writeBuffer,
  writeBufferInUse,
  writtenPart,
} from "@monolake/streams";
import type { Body, BodySink } from "../body/body.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import { ShortBody } from "../body/short-body.ts";
import { BodyLengthError } from "../errors.ts";
import { encodeText } from "../headers/encode-text.ts";
import type { Headers } from "../headers/headers.ts";

/** How the peer will find the end of what is written (RFC 9112 section 6.3). "none": there is no body. */
export type WrittenFraming = "none" | "length" | "chunked" | "close";

/** Who writes messages, one after another. */
export interface MessageWriterOwner {
  /** Everything is written and the kernel has taken it. */
  messageWritten(): void;
  /** The body broke off, or did not have the length that was announced: the connection is of no more use. */
  messageFailed(error: Error, headSent: boolean): void;
  /** For the write stall timeout: the kernel did not take all that was written (`pending`), or has taken it by now. */
  writeMoved(pending: boolean): void;
}

const crlf = "\r\n";
const lastChunk = "0\r\n\r\n";
/** A size in hexadecimal, and two line ends. */
const chunkOverheadBytes = 12 + 4;

/**
 * Writes one message after another to a stream: head and body in one write where that is possible, larger bodies
 * as they come, with backpressure. The owner passes the stream's `onDrain` on.
 */
export class MessageWriter implements BodySink {
  /** A message is being written. */
  active = false;
  /** Bytes of the last message's body that were written, without framing. */
  bodyBytes = 0;
  readonly #stream: ByteStream;
  readonly #owner: MessageWriterOwner;
  #body: Body = emptyBody;
  #framing: WrittenFraming = "none";
  #remaining = 0;
  /** An encoded head that waits for the first bytes of the body, so that both are one write. */
  #head: Buffer | undefined = undefined;
  #headBytes = 0;
  #blocked = false;
  #ended = false;
  /** The body was not piped but written as it is here. */
  #tookWhole = false;

  constructor(stream: ByteStream, owner: MessageWriterOwner) {
    this.#stream = stream;
    this.#owner = owner;
  }

  /** Writes a message whose head is the first `headBytes` of `head`, a {@link writeBuffer}. */
  start(head: Buffer, headBytes: number, body: Body, framing: WrittenFraming): void {
    this.active = true;
    this.bodyBytes = 0;
    this.#ended = false;
    this.#blocked = false;
    this.#tookWhole = false;
    this.#framing = framing;
    if (framing === "none") return this.#writeHeadOnly(head, headBytes, body);
    if (framing === "length" && body instanceof ShortBody && body.isHere)
      return this.#writeShort(head, headBytes, body);
    const whole = framing === "length" ? body.whole : undefined;
    if (whole !== undefined) return this.#writeWhole(head, headBytes, body, whole);
    this.#body = body;
    this.#remaining = body.length;
    this.#head = head;
    this.#headBytes = headBytes;
    holdWriteBuffer(head);
    try {
      body.pipe(this);
    } catch (error) {
      return this.fail(asError(error));
    }
    if (this.#head !== undefined && this.active) this.#flush(this.#head, this.#takeHead());
  }

  /** Forgets the message: the connection is gone. */
  abort(reason: Error | undefined): void {
    if (!this.active) return;
    this.active = false;
    this.#takeHead();
    const body = this.#body;
    this.#body = emptyBody;
    body.cancel(reason);
  }

  write(chunk: Buffer): boolean {
    if (!this.active) return true;
    if (this.#framing === "length") {
      this.#remaining -= chunk.length;
      if (this.#remaining < 0) {
        this.fail(new BodyLengthError({ announcedBytes: this.#body.length, what: "longer" }));
        return true;
      }
    }
    this.bodyBytes += chunk.length;
    return this.#framing === "chunked" ? this.#writeChunk(chunk) : this.#writeData(chunk);
  }

  end(trailers: Headers | undefined): void {
    if (!this.active) return;
    if (this.#framing === "length" && this.#remaining > 0) {
      return this.fail(new BodyLengthError({ announcedBytes: this.#body.length, what: "shorter" }));
    }
    this.#ended = true;
    if (this.#framing === "chunked") this.#writeLastChunk(trailers);
    else if (this.#head !== undefined) this.#flush(this.#head, this.#takeHead());
    if (!this.#blocked) this.#finish();
  }

  fail(error: Error): void {
    if (!this.active) return;
    this.active = false;
    const headSent = this.#head === undefined;
    this.#takeHead();
    const body = this.#body;
    this.#body = emptyBody;
    try {
      body.cancel(error);
    } finally {
      // Also with a body that cannot be cancelled.
      this.#owner.messageFailed(error, headSent);
    }
  }

  /** The stream's `onDrain`. */
  drained(): void {
    if (!this.active || !this.#blocked) return;
    this.#blocked = false;
    this.#owner.writeMoved(false);
    const body = this.#body;
    if (this.#tookWhole) body.cancel();
    if (this.#ended) this.#finish();
    // After the end too: the body's memory is free now.
    if (!this.#tookWhole) body.resume();
  }

  #writeHeadOnly(head: Buffer, headBytes: number, body: Body): void {
    this.#ended = true;
    if (this.#flush(head, headBytes)) this.#finish();
    else this.#body = body;
    body.cancel();
  }

  #writeShort(head: Buffer, headBytes: number, body: ShortBody): void {
    this.#ended = true;
    this.bodyBytes = body.length;
    const taken = this.#flush(head, body.copyTo(head, headBytes));
    // First: an upstream connection that is free again can take the request that follows at once.
    body.cancel();
    if (taken) this.#finish();
  }

  #writeWhole(head: Buffer, headBytes: number, body: Body, whole: Buffer): void {
    this.#ended = true;
    this.#tookWhole = true;
    this.bodyBytes = whole.length;
    if (whole.length <= copiedBytes) {
      head.set(whole, headBytes);
      this.#flush(head, headBytes + whole.length);
    } else {
      this.#flushAll([writtenPart(head, headBytes), whole], head);
    }
    if (this.#blocked) {
      this.#body = body;
      return;
    }
    // First: an upstream connection that is free again can take the request that follows at once.
    body.cancel();
    this.#finish();
  }

  #finish(): void {
    this.active = false;
    if (this.#body !== emptyBody) this.#body = emptyBody;
    this.#owner.messageWritten();
  }

  #takeHead(): number {
    if (this.#head !== undefined) releaseWriteBuffer(this.#head);
    this.#head = undefined;
    return this.#headBytes;
  }

  /** Writes the beginning of a write buffer. */
  #flush(buffer: Buffer, bytes: number): boolean {
    const taken = this.#stream.write(writtenPart(buffer, bytes));
    if (!taken) writeBufferInUse(buffer);
    return this.#written(taken);
  }

  #flushAll(parts: readonly Buffer[], buffer: Buffer): boolean {
    const taken = this.#stream.writev(parts);
    if (!taken) writeBufferInUse(buffer);
    return this.#written(taken);
  }

  #written(taken: boolean): boolean {
    this.#blocked = !taken;
    if (!taken) this.#owner.writeMoved(true);
    return taken;
  }

  #writeData(chunk: Buffer): boolean {
    const head = this.#head;
    if (head === undefined) return this.#written(this.#stream.write(chunk));
    const headBytes = this.#takeHead();
    if (chunk.length > copiedBytes) return this.#flushAll([writtenPart(head, headBytes), chunk], head);
    head.set(chunk, headBytes);
    return this.#flush(head, headBytes + chunk.length);
  }

  #writeChunk(chunk: Buffer): boolean {
    const buffer = this.#head ?? writeBuffer(copiedBytes);
    let at = this.#head === undefined ? 0 : this.#takeHead();
    at = encodeText(buffer, at, chunk.length.toString(16) + crlf);
    if (chunk.length + chunkOverheadBytes > copiedBytes) {
      return this.#flushAll([buffer.subarray(0, at), chunk, lineEnd], buffer);
    }
    buffer.set(chunk, at);
    at += chunk.length;
    at = encodeText(buffer, at, crlf);
    return this.#flush(buffer, at);
  }

  #writeLastChunk(trailers: Headers | undefined): void {
    const trailerBytes = trailers?.maxEncodedBytes ?? 0;
    // Behind a head there is room for a small body, not for any number of trailers.
    if (trailerBytes > 0 && this.#head !== undefined) this.#flush(this.#head, this.#takeHead());
    const buffer = this.#head ?? writeBuffer(trailerBytes + chunkOverheadBytes);
    let at = this.#head === undefined ? 0 : this.#takeHead();
    if (trailers === undefined) at = encodeText(buffer, at, lastChunk);
    else {
      at = encodeText(buffer, at, `0${crlf}`);
      at = trailers.encode(buffer, at);
      at = encodeText(buffer, at, crlf);
    }
    this.#flush(buffer, at);
  }
}

const lineEnd = Buffer.from(crlf);
