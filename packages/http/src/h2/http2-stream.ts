import { type FrameAllowance, leastUsefulBytes } from "./frame-allowance.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { errorCodes, frameBytes, frameFlags, frameTypes, largestWindowBytes } from "./frames.ts";
import type { FieldSection } from "./hpack/field-decoder.ts";
import type { SendQueue } from "./send-queue.ts";

/** Whom a stream belongs to. */
export interface StreamListener {
  /** A field section behind the one that the stream began with: of a response, of trailers. `ended`: nothing follows. */
  fieldsReceived(section: FieldSection, ended: boolean): void;
  /** A part of the content. `chunk` is borrowed; whoever has dealt with it says so with `consumed`. */
  dataReceived(chunk: Buffer): void;
  /** The peer sends nothing more. */
  endReceived(): void;
  /** More of what was given to `send` is on its way: all of it, or a part. */
  sent(all: boolean): void;
  /** The stream is over, and what was sent on it is written: see `errorCode`. The last call. */
  streamClosed(): void;
}

/**
 * How a stream is over. - "ended-here", "ended-there": both sides have ended it, this one or the peer last. - "reset-here": its listener broke
 * it off. - "refused": what the peer did on it may not be. - "reset-there": the peer broke it off.
 */
export type StreamEnd = "ended-here" | "ended-there" | "reset-here" | "refused" | "reset-there";

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly writer: FrameWriter;
  readonly queue: SendQueue;
  readonly allowance: FrameAllowance;
  /** Both sides have ended it, or one has broken it off. */
  finished(stream: Http2Stream, how: StreamEnd): void;
}

const nothing = Buffer.alloc(0);

/** One stream of HTTP/2 (RFC 9113 section 5): its states, and its windows. What it carries is its listener's. */
export class Http2Stream {
  readonly id: number;
  /** Set before anything else happens to the stream. */
  listener: StreamListener | undefined = undefined;
  /** What it ended with, see `errorCodes`. */
  errorCode: number = errorCodes.noError;
  /** Nothing is sent on it any more, and nothing that comes is told. */
  closed = false;
  /** Which side broke it off; undefined when both have ended it, or it is open. */
  brokenBy: "us" | "peer" | undefined = undefined;
  /** END_STREAM was sent, or came. */
  endSent = false;
  endReceived = false;
  /** How much content is announced, or -1. */
  #announced = -1;
  #received = 0;
  readonly #owner: StreamOwner;
  #sendWindow: number;
  /** How much the peer may send, of how much at most; and what it may be told that it may send more. */
  #receiveWindow: number;
  readonly #receiveWindowBytes: number;
  #returned = 0;
  /** What is not sent yet, from `#waitingAt` on, and whether that ends the stream. */
  #waiting: Buffer | undefined = undefined;
  #waitingAt = 0;
  #waitingEnds = false;

  constructor(id: number, owner: StreamOwner, sendWindow: number, receiveWindowBytes: number) {
    this.id = id;
    this.#owner = owner;
    this.#sendWindow = sendWindow;
    this.#receiveWindow = receiveWindowBytes;
    this.#receiveWindowBytes = receiveWindowBytes;
  }

  // === sending ===

  /** Sends a field section; with `ended` it is the last that is sent. */
  sendFields(fields: readonly string[], ended: boolean): void {
    if (this.closed || this.endSent) return;
    this.#owner.writer.headers(this.id, fields, ended);
    if (ended) this.#ended();
  }

  /**
   * Sends content, as far as the windows let it; `ended`: that is all. True when all of it is on its way, and its memory free; else the
   * listener's `sent` tells, and nothing more may be sent before.
   */
  send(bytes: Buffer, ended: boolean): boolean {
    if (this.closed || this.endSent) return true;
    this.#waiting = bytes;
    this.#waitingAt = 0;
    this.#waitingEnds = ended;
    while (this.#sendFrame());
    if (this.#waiting === undefined) return true;
    this.#owner.queue.add(this);
    return false;
  }

  /** Sends no more content: the end. As {@link send}. */
  end(): boolean {
    return this.send(nothing, true);
  }

  /** For the connection: there may be room. True when all that waited is on its way. `once`: one frame, as others wait, too. */
  sendWaiting(once: boolean): "all" | "some" | "nothing" {
    if (this.#waiting === undefined) return "all";
    const before = this.#waitingAt;
    let more = this.#sendFrame();
    while (more && !once) more = this.#sendFrame();
    if (this.#waiting === undefined) return "all";
    return this.#waitingAt > before ? "some" : "nothing";
  }

  /** Whether a frame was sent and there is more to send. */
  #sendFrame(): boolean {
    const bytes = this.#waiting;
    const { writer, queue, allowance } = this.#owner;
    if (bytes === undefined || writer.congested) return false;
    const left = bytes.length - this.#waitingAt;
    // A window is less than nothing where the peer has made it smaller (RFC 9113 section 6.9.2).
    const length = Math.max(0, Math.min(left, frameBytes, this.#sendWindow, queue.window));
    if (length === 0 && left > 0) return false;
    const last = length === left;
    const end = this.#waitingAt + length;
    if (length > 0 || this.#waitingEnds) {
      const flags = last && this.#waitingEnds ? frameFlags.endStream : 0;
      writer.payload(frameTypes.data, flags, this.id, bytes, this.#waitingAt, end);
      if (last || length >= leastUsefulBytes) allowance.earn();
    }
    this.#sendWindow -= length;
    queue.window -= length;
    this.#waitingAt = end;
    if (!last) return true;
    this.#waiting = undefined;
    if (this.#waitingEnds) this.#ended();
    return false;
  }

  #ended(): void {
    this.endSent = true;
    if (this.endReceived) this.#close("ended-here");
  }

  /** Breaks it off (RFC 9113 section 6.4). */
  reset(code: number): void {
    this.#reset(code, "reset-here");
  }

  /** For the connection, and here: the peer has done on it what may not be. */
  refuse(code: number): void {
    this.#reset(code, "refused");
  }

  #reset(code: number, how: "reset-here" | "refused"): void {
    if (this.closed) return;
    this.#owner.writer.numbers(frameTypes.rstStream, 0, this.id, [code]);
    this.#breakOff(code, how);
  }

  /** For the connection: the peer has broken it off, or is gone. */
  resetReceived(code: number): void {
    if (this.closed) return;
    if (code === errorCodes.noError && this.#isWhole) {
      this.endReceived = true;
      this.listener?.endReceived();
    }
    this.#breakOff(code, "reset-there");
  }

  /**
   * All content has come, as far as anybody knows, and only its end is missing. Servers of Node.js reset a stream with NO_ERROR in the place of
   * END_STREAM where they end an answer to a request that is complete.
   */
  get #isWhole(): boolean {
    const { endSent, endReceived } = this;
    return endSent && !endReceived && (this.#announced === -1 || this.#announced === this.#received);
  }

  #breakOff(code: number, how: "reset-here" | "refused" | "reset-there"): void {
    this.errorCode = code;
    this.brokenBy = how === "reset-there" ? "peer" : "us";
    this.#close(how);
  }

  #close(how: StreamEnd): void {
    this.closed = true;
    this.#waiting = undefined;
    this.#owner.finished(this, how);
  }

  /** For the connection: the peer takes more. False when that is more than a window can be (RFC 9113 section 6.9.1). */
  widen(bytes: number): boolean {
    this.#sendWindow += bytes;
    return this.#sendWindow <= largestWindowBytes;
  }

  // === receiving ===

  /** So much content has to come, no more and no less (RFC 9113 section 8.1.1). */
  expect(bytes: number): void {
    this.#announced = bytes;
  }

  /** For the connection: fields came behind the first ones. */
  fieldsReceived(section: FieldSection, ended: boolean): void {
    if (ended) this.endReceived = true;
    this.listener?.fieldsReceived(section, ended);
    if (ended) this.#tellEnd();
  }

  /** For the connection: a frame of DATA came, of which `content` is not padding. */
  dataReceived(content: Buffer, frameLength: number, ended: boolean): void {
    this.#receiveWindow -= frameLength;
    if (this.#receiveWindow < 0) return this.refuse(errorCodes.flowControlError);
    this.#received += content.length;
    const longer = this.#announced >= 0 && this.#received > this.#announced;
    if (longer) return this.refuse(errorCodes.protocolError);
    const padding = frameLength - content.length;
    if (padding > 0) this.consumed(padding);
    if (ended) this.endReceived = true;
    if (content.length > 0) {
      if (this.listener === undefined) this.consumed(content.length);
      else this.listener.dataReceived(content);
    }
    if (ended) this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.closed) return;
    // RFC 9113 section 8.1.1: a message that is shorter than it says is malformed.
    if (this.#announced > this.#received) return this.refuse(errorCodes.protocolError);
    this.listener?.endReceived();
    if (this.endSent && !this.closed) this.#close("ended-there");
  }

  /** So much of the content has been dealt with: the peer may send as much again on this stream. */
  consumed(bytes: number): void {
    if (this.closed || this.endReceived) return;
    this.#returned += bytes;
    if (this.#returned * 2 < this.#receiveWindowBytes) return;
    this.#owner.writer.numbers(frameTypes.windowUpdate, 0, this.id, [this.#returned]);
    this.#receiveWindow += this.#returned;
    this.#returned = 0;
  }
}
