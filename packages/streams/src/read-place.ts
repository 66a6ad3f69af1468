import type { Socket } from "node:net";
import { readElsewhere } from "./direct-read.ts";
import {
  keepLongBuffer,
  type LongReader,
  leaveLongBuffer,
  longBufferRead,
  shareLongBuffer,
} from "./long-read-buffer.ts";
import { abandonReadBuffer, commonReadBuffer, returnReadBuffer, takeReadBuffer } from "./read-buffer.ts";

/** Whose socket reads there. */
export interface ReadPlaceOwner {
  readonly closed: boolean;
  /** It reads as for long content. */
  readonly ownBuffer: boolean;
  /** It goes on reading; otherwise the chunk that was delivered last may still be in use. */
  readonly reading: boolean;
  /** A read is being handled. */
  readonly delivering: boolean;
}

/** Node keeps some 50 bytes for each of them as long as the socket is open: a stream that shares in vain so often shares no more. */
const mostMoves = 100;

/** What the socket of a stream reads into: where all do, where those with long content do, or where nobody else does. */
export class ReadPlace implements LongReader {
  /** It changes only between two reads. */
  buffer: Buffer = commonReadBuffer();
  /** What was read stays as it is while reading is stopped. */
  isOwn = false;
  /** The socket reads directly, see direct-read.ts: only then it can be told of another buffer at any time. */
  readsDirectly = false;
  readonly #socket: Socket;
  readonly #owner: ReadPlaceOwner;
  /** How often another stream took the buffer that it shared. */
  #moves = 0;
  /** It was last moved inside `onData`: what that read answers would be taken for the buffer that it has left. */
  #movedInside = false;

  constructor(socket: Socket, owner: ReadPlaceOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  /** After a read: the buffer for the next one when it changes, else undefined. */
  next(): Buffer | undefined {
    const { closed, ownBuffer } = this.#owner;
    if (this.isOwn) return this.#nextOfOwn();
    if (closed || (!ownBuffer && this.buffer === commonReadBuffer())) return undefined;
    return this.#change(ownBuffer ? this.#longBuffer() : undefined);
  }

  /** What was read last stays as it is until the next read. */
  keep(): void {
    if (this.isOwn) keepLongBuffer(this);
  }

  /** The socket reads there no more. */
  leave(): void {
    if (this.isOwn && !leaveLongBuffer(this)) abandonReadBuffer();
    this.isOwn = false;
  }

  /** Another stream has the buffer alone now. */
  leaveLongBuffer(): void {
    leaveLongBuffer(this);
    this.#moves += 1;
    this.#movedInside = this.#owner.delivering;
    readElsewhere(this.#socket, this.#readInto(takeReadBuffer()));
  }

  #nextOfOwn(): Buffer | undefined {
    if (!this.#owner.reading) {
      keepLongBuffer(this);
      return undefined;
    }
    longBufferRead(this);
    if (this.#owner.ownBuffer) return undefined;
    if (!leaveLongBuffer(this)) returnReadBuffer(this.buffer);
    return this.#change(undefined);
  }

  /** Reads elsewhere from now on: says where, or has seen to it already. */
  #change(own: Buffer | undefined): Buffer | undefined {
    const next = this.#readInto(own);
    if (!this.#movedInside) return next;
    this.#movedInside = false;
    readElsewhere(this.#socket, next);
    return undefined;
  }

  #longBuffer(): Buffer | undefined {
    const mayShare = this.readsDirectly && this.#moves < mostMoves;
    return (mayShare ? shareLongBuffer(this) : undefined) ?? takeReadBuffer();
  }

  #readInto(own: Buffer | undefined): Buffer {
    this.isOwn = own !== undefined;
    this.buffer = own ?? commonReadBuffer();
    return this.buffer;
  }
}
