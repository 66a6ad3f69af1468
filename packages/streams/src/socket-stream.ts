import type { Socket } from "node:net";
import { asError } from "@monolake/errors";
import { formatAddress, type SocketAddress } from "./address.ts";
import { dialledStreamGone, dialledStreamOpened, mayBegin } from "./admission.ts";
import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { readIndirectly } from "./direct-read.ts";
import { ReadPlace, type ReadPlaceOwner } from "./read-place.ts";
import { fromSocketError } from "./socket-error.ts";
import { type OutputOwner, SocketOutput } from "./socket-output.ts";
import { canReset, hidesReset, isReset, notConnected } from "./socket-state.ts";
import type { StreamHolder } from "./stream-holder.ts";
import type { TlsDetails } from "./tls-details.ts";
import { letWait, noTicket, takeBack, type WaitingStream, type WaitingTicket } from "./waiting-chunks.ts";

/** Where the two ends of a socket are, and what is known of the chunks it delivers. */
export interface SocketFacts {
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  /** Every chunk has memory of its own, which nobody reads into again. */
  readonly freshChunks: boolean;
  readonly tls: TlsDetails | undefined;
  /** Who opened it, where that is known: what accepted ones bring waits for what dialled ones bring. */
  readonly opened?: "accepted" | "dialled";
  /** How it is broken off, where that is not a socket's way. */
  readonly reset?: () => void;
}

/**
 * A byte stream over a Node socket. The socket reads into a buffer of ours (`onread`), see accepted-stream.ts and
 * dial-stream.ts, or emits 'data' where that is not possible; both end in `received`.
 */
export class SocketStream implements ByteStream, WaitingStream, OutputOwner, ReadPlaceOwner {
  // What each read and write looks at stands first, side by side in memory.
  closed: boolean;
  ownBuffer = false;
  /** The peer has reset the connection: nothing can be written any more, and what it sent before that is still read. */
  #reset = false;
  readonly #output: SocketOutput;
  /** What the socket reads into. */
  readonly place: ReadPlace;
  #handler: StreamHandler | undefined = undefined;
  readonly #accepted: boolean;
  /** What was read and waits for its turn. */
  #waiting: WaitingTicket = noTicket;
  #unread: Buffer | undefined = undefined;
  #reading = false;
  #delivering = false;
  /** What the socket was given up to. */
  #successor: Socket | undefined = undefined;

  #socket: Socket;
  readonly #holder: StreamHolder;
  readonly remoteAddress: SocketAddress;
  readonly localAddress: SocketAddress;
  readonly tls: TlsDetails | undefined;
  readonly #freshChunks: boolean;
  readonly #breakOff: (() => void) | undefined;
  #deliveringUnread = false;
  /** What the peer sent is all read. */
  #ended: boolean;
  #endTold = false;
  #closeTold = false;
  #closeSeen: boolean;
  /** It counts among those that may bring answers. */
  #dialled: boolean;
  #error: Error | undefined = undefined;

  /** `holder` is empty; the socket reaches the stream by it alone. */
  constructor(socket: Socket, facts: SocketFacts, holder: StreamHolder) {
    const { localAddress, remoteAddress, freshChunks, tls, reset, opened } = facts;
    this.#socket = socket;
    this.#holder = holder;
    this.#output = new SocketOutput(socket, tls !== undefined, this);
    this.place = new ReadPlace(socket, this);
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.tls = tls;
    this.#freshChunks = freshChunks;
    this.#breakOff = reset;
    this.#accepted = opened === "accepted";
    // What is closed already tells so to nobody.
    this.#dialled = opened === "dialled" && !socket.closed;
    if (this.#dialled) dialledStreamOpened();
    // A socket that was broken before anybody looked at it emits nothing more.
    this.closed = socket.destroyed;
    this.#closeSeen = socket.closed;
    this.#ended = socket.readableEnded;
    holder.stream = this;
    SocketStream.#listen(socket, holder);
  }

  static #listen(socket: Socket, holder: StreamHolder): void {
    const tell = (what: (stream: SocketStream) => void) => {
      if (holder.stream !== undefined) what(holder.stream);
    };
    socket.on("error", (error) => tell((stream) => stream.#failed(error)));
    socket.on("end", () => tell((stream) => stream.#peerEnded()));
    socket.on("close", () => tell((stream) => stream.#socketClosed()));
  }

  get ended(): boolean {
    return this.#ended || this.#reset;
  }

  get pendingBytes(): number {
    return this.#output.pendingBytes;
  }

  get ownsChunk(): boolean {
    return this.#deliveringUnread || this.#freshChunks || (this.place.isOwn && this.ownBuffer);
  }

  /** Somebody wants what is read. */
  get reading(): boolean {
    return this.#reading && !this.closed;
  }

  get queuedBytes(): number {
    return this.#output.queuedBytes;
  }

  attach(handler: StreamHandler): void {
    if (handler !== this.#handler) {
      this.#handler = handler;
      this.#endTold = false;
      this.#closeTold = false;
    }
    this.resume();
  }

  pause(): void {
    if (this.#delivering || !this.#reading) return;
    this.#reading = false;
    if (this.#reset) this.#socket.destroy();
    else this.#socket.pause();
  }

  resume(): void {
    if (this.#delivering || this.#handler === undefined) return;
    if (!this.#deliverUnread()) return this.pause();
    if (this.#ended) this.#tellEnd();
    if (this.#closeSeen) return this.#tellClose();
    if (this.#reading || this.#ended || this.closed) return;
    this.#reading = true;
    this.#socket.resume();
  }

  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([bytes, this.#unread]);
  }

  write(bytes: Buffer): boolean {
    return this.closed || this.#reset || this.#output.write(bytes);
  }

  writev(buffers: readonly Buffer[]): boolean {
    return this.closed || this.#reset || this.#output.writev(buffers);
  }

  end(): void {
    if (!this.closed && !this.#reset) this.#output.end();
  }

  destroy(error?: Error): void {
    // Whoever accepted the connection may end it, whoever has it now.
    if (this.#successor !== undefined) this.#successor.destroy();
    if (this.closed) return;
    this.closed = true;
    this.#error ??= error;
    if (error !== undefined) this.#breakOff?.();
    if (error !== undefined && canReset(this.#socket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /**
   * For `takeSocket`: gives the socket up to what `take` makes of it, with what was put back in front; the stream counts as
   * closed from now on and tells nobody. Undefined when that cannot be done: it is closed, its peer has ended, or something
   * written is not taken yet.
   */
  release(take: (socket: Socket) => Socket): Socket | undefined {
    if (this.closed || this.ended || !this.#output.idle) return undefined;
    const waiting = this.#waitNoLonger();
    if (waiting !== undefined) this.#keep(waiting);
    const unread = this.#unread;
    // What was put back may lie there.
    this.place.keep();
    readIndirectly(this.#socket);
    this.closed = true;
    this.#handler = undefined;
    this.#unread = undefined;
    this.place.leave();
    this.#answersNoMore();
    const successor = take(this.#socket);
    if (unread !== undefined) successor.unshift(unread);
    // Whoever accepted the connection keeps this stream, not the socket that may be good for nothing any more.
    this.#successor = successor;
    this.#socket = successor;
    return successor;
  }

  get delivering(): boolean {
    return this.#delivering;
  }

  /** For the socket's `onread`, after each read: the buffer for the next one when it changes, else undefined. */
  nextBuffer(): Buffer | undefined {
    // A chunk that waits will lie where all streams read to: whoever gets it must not take it for one of a buffer of its own.
    return this.#waiting === noTicket ? this.place.next() : undefined;
  }

  /** For the socket: bytes were read. False stops it. */
  received(chunk: Buffer): boolean {
    if (this.closed) return false;
    if (this.#accepted && (this.#waiting !== noTicket || !mayBegin())) return this.#receivedEarly(chunk);
    return this.#take(chunk);
  }

  /** Its turn has not come. More than one chunk is not kept. */
  #receivedEarly(chunk: Buffer): boolean {
    const first = this.#waitNoLonger();
    if (first !== undefined) return this.#take(Buffer.concat([first, chunk]));
    // A read that filled its buffer is part of something long.
    if (!this.place.isOwn && chunk.length < this.place.buffer.length) this.#waiting = letWait(this, chunk);
    return this.#waiting !== noTicket || this.#take(chunk);
  }

  chunkDue(chunk: Buffer): void {
    this.#waiting = noTicket;
    if (this.closed) return;
    if (!this.#reading || this.#delivering) this.#keep(chunk);
    else if (!this.#take(chunk)) this.#socket.pause();
  }

  /** What waits, before its turn. */
  #waitNoLonger(): Buffer | undefined {
    const waiting = this.#waiting;
    this.#waiting = noTicket;
    return waiting === noTicket ? undefined : takeBack(waiting);
  }

  #take(chunk: Buffer): boolean {
    if (this.#unread === undefined && this.#handler !== undefined) {
      // A handler that put bytes back or attached another one goes on with those bytes first.
      this.#reading = this.#deliver(this.#handler, chunk) && this.#deliverUnread();
    } else {
      // Read before anybody could say stop.
      this.#keep(chunk);
      this.#reading = false;
    }
    if (this.#reset && !this.#reading) this.#socket.destroy();
    // Whoever has the socket now decides about reading.
    return this.#reading || this.#successor !== undefined;
  }

  /** Behind what was put back. */
  #keep(chunk: Buffer): void {
    this.#unread = Buffer.concat(this.#unread === undefined ? [chunk] : [this.#unread, chunk]);
  }

  #deliverUnread(): boolean {
    while (this.#unread !== undefined && this.#handler !== undefined && !this.closed) {
      const bytes = this.#unread;
      this.#unread = undefined;
      this.#deliveringUnread = true;
      const more = this.#deliver(this.#handler, bytes);
      this.#deliveringUnread = false;
      if (!more) return false;
    }
    return true;
  }

  /** A handler that throws breaks its stream, and nothing else. */
  #deliver(handler: StreamHandler, chunk: Buffer): boolean {
    this.#delivering = true;
    try {
      const more = handler.onData(chunk);
      // Whoever was attached meanwhile wants to read, whatever the one before it answers.
      return more || handler !== this.#handler;
    } catch (error) {
      this.destroy(asError(error));
      return false;
    } finally {
      this.#delivering = false;
    }
  }

  #peerEnded(): void {
    if (this.tls !== undefined && hidesReset(this.#socket)) return this.#endedByReset();
    const waiting = this.#waitNoLonger();
    // First: who takes the socket because of what waited would not hear of the end from it.
    this.#ended = true;
    if (waiting !== undefined) this.chunkDue(waiting);
    if (this.#reset) this.#socket.destroy();
    // Whoever wants no more after what waited hears of the end when reading goes on.
    else if (
      !this.#socket.destroyed &&
      this.#unread === undefined &&
      (waiting === undefined || this.#reading)
    )
      this.#tellEnd();
  }

  /** As for any other error of a socket, the close follows. */
  #endedByReset(): void {
    this.#failed(notConnected());
    this.#socket.destroy();
  }

  #tellEnd(): void {
    const handler = this.#handler;
    if (handler === undefined || this.#endTold || this.#closeTold) return;
    this.#endTold = true;
    try {
      handler.onEnd();
    } catch (error) {
      this.destroy(asError(error));
    }
  }

  #failed(error: unknown): void {
    this.#error ??= fromSocketError(error, formatAddress(this.remoteAddress));
  }

  #socketClosed(): void {
    // Closed by the peer or the system: what was read before that was delivered.
    const waiting = this.closed ? undefined : this.#waitNoLonger();
    this.closed = true;
    this.#closeSeen = true;
    this.place.leave();
    this.#answersNoMore();
    this.#output.caughtUp();
    // Before anybody is told, who may throw.
    this.#holder.stream = undefined;
    if (waiting !== undefined && this.#reading) this.#take(waiting);
    this.#tellClose();
  }

  #answersNoMore(): void {
    if (this.#dialled) dialledStreamGone();
    this.#dialled = false;
  }

  #tellClose(): void {
    const handler = this.#handler;
    if (handler === undefined || this.#closeTold) return;
    this.#closeTold = true;
    this.#unread = undefined;
    try {
      handler.onClose(this.#error);
    } catch (error) {
      process.emitWarning(asError(error));
    }
  }

  /**
   * A peer that has reset the connection may have said why before: whoever reads gets that first, and then the close. RFC 9112
   * section 9.5: a server that wants no more of a request may answer so. A TLS handle that could not write reads on, too.
   */
  refused(error: unknown): void {
    this.#failed(error);
    this.#reset = this.#reading && !this.#ended && isReset(error);
    if (!this.#reset) this.#socket.destroy();
  }

  /** For its output. */
  drained(): void {
    try {
      this.#handler?.onDrain();
    } catch (error) {
      this.destroy(asError(error));
    }
  }
}
