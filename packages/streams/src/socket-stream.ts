import type { Socket } from "node:net";
import { asError } from "@monolake/errors";
import { formatAddress, type SocketAddress } from "./address.ts";
import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { readIndirectly } from "./direct-read.ts";
import { DirectWriter } from "./direct-write.ts";
import {
  abandonReadBuffer,
  commonReadBuffer,
  peerBecameSlow,
  peerCaughtUp,
  returnReadBuffer,
  takeReadBuffer,
} from "./read-buffer.ts";
import { fromSocketError } from "./socket-error.ts";
import { canReset, hidesReset, isOnItsWay, notConnected } from "./socket-state.ts";
import type { SocketWriter } from "./socket-writer.ts";
import type { TlsDetails } from "./tls-details.ts";
import { TlsWriter } from "./tls-write.ts";

const nothing = Buffer.alloc(0);

/** Where the two ends of a socket are, and what is known of the chunks it delivers. */
export interface SocketFacts {
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  /** Every chunk has memory of its own, which nobody reads into again. */
  readonly freshChunks: boolean;
  readonly tls: TlsDetails | undefined;
  /** How it is broken off, where that is not a socket's way. */
  readonly reset?: () => void;
}

/**
 * A byte stream over a Node socket. The socket reads into a buffer of ours (`onread`), see accepted-stream.ts and
 * dial-stream.ts, or emits 'data' where that is not possible; both end in `received`.
 */
export class SocketStream implements ByteStream {
  #socket: Socket;
  #direct: SocketWriter | undefined;
  readonly remoteAddress: SocketAddress;
  readonly localAddress: SocketAddress;
  readonly tls: TlsDetails | undefined;
  closed: boolean;
  ended: boolean;
  ownBuffer = false;
  readonly #freshChunks: boolean;
  readonly #reset: (() => void) | undefined;
  /** The socket reads into a buffer of this stream alone. */
  #ownsBuffer = false;
  /** What the socket reads into; it changes only between two reads, see `nextBuffer`. */
  #buffer: Buffer = commonReadBuffer();
  #handler: StreamHandler | undefined = undefined;
  #unread: Buffer | undefined = undefined;
  #reading = false;
  #delivering = false;
  #deliveringUnread = false;
  #endTold = false;
  #closeTold = false;
  #awaitingDrain = false;
  /** The peer has not taken what was written. */
  #slow = false;
  #closeSeen: boolean;
  /** Bytes of the write in progress that TLS has encrypted: their memory is free. */
  #encryptedBytes = 0;
  /** What the socket was given up to. */
  #successor: Socket | undefined = undefined;
  #error: Error | undefined = undefined;

  constructor(socket: Socket, { localAddress, remoteAddress, freshChunks, tls, reset }: SocketFacts) {
    this.#socket = socket;
    const Writer = tls === undefined ? DirectWriter : TlsWriter;
    this.#direct = Writer.for(socket, (error) => this.#directDone(error));
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.tls = tls;
    this.#freshChunks = freshChunks;
    this.#reset = reset;
    // A socket that was broken before anybody looked at it emits nothing more.
    this.closed = socket.destroyed;
    this.#closeSeen = socket.closed;
    this.ended = socket.readableEnded;
    socket.on("error", (error) => this.#failed(error));
    socket.on("end", () => this.#peerEnded());
    socket.on("close", () => this.#socketClosed());
  }

  get pendingBytes(): number {
    return this.#socket.writableLength - this.#encryptedBytes + (this.#direct?.pendingBytes ?? 0);
  }

  get ownsChunk(): boolean {
    return this.#deliveringUnread || this.#freshChunks || (this.#ownsBuffer && this.ownBuffer);
  }

  /** Somebody wants what is read. */
  get reading(): boolean {
    return this.#reading && !this.closed;
  }

  get queuedBytes(): number {
    if (this.#direct?.pending) return this.#direct.pendingBytes;
    const socket = this.#socket as unknown as {
      readonly _handle?: { readonly writeQueueSize?: number } | null;
    };
    return socket._handle?.writeQueueSize ?? this.#socket.writableLength;
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
    this.#socket.pause();
  }

  resume(): void {
    if (this.#delivering || this.#handler === undefined) return;
    if (!this.#deliverUnread()) return this.pause();
    if (this.ended) this.#tellEnd();
    if (this.#closeSeen) return this.#tellClose();
    if (this.#reading || this.ended || this.closed) return;
    this.#reading = true;
    this.#socket.resume();
  }

  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([bytes, this.#unread]);
  }

  write(bytes: Buffer): boolean {
    if (this.closed) return true;
    if (this.#direct?.ready) return this.#writeDirectly(this.#direct, bytes);
    const isFirst = this.#socket.writableLength === 0;
    this.#socket.write(bytes, this.#writeDone);
    return this.#taken(isFirst);
  }

  writev(buffers: readonly Buffer[]): boolean {
    if (this.closed) return true;
    if (this.#direct?.ready) return this.#writeDirectly(this.#direct, buffers);
    const isFirst = this.#socket.writableLength === 0;
    this.#socket.cork();
    for (const bytes of buffers) this.#socket.write(bytes, this.#writeDone);
    this.#socket.uncork();
    return this.#taken(isFirst);
  }

  end(): void {
    if (this.closed) return;
    if (this.#direct === undefined) this.#socket.end();
    else this.#direct.end();
  }

  destroy(error?: Error): void {
    // Whoever accepted the connection may end it, whoever has it now.
    if (this.#successor !== undefined) this.#successor.destroy();
    if (this.closed) return;
    this.closed = true;
    this.#error ??= error;
    if (error !== undefined) this.#reset?.();
    if (error !== undefined && canReset(this.#socket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /**
   * For `takeSocket`: gives the socket up to what `take` makes of it, with what was put back in front; the stream counts as
   * closed from now on and tells nobody. Undefined when that cannot be done: it is closed, its peer has ended, or something
   * written is not taken yet.
   */
  release(take: (socket: Socket) => Socket): Socket | undefined {
    if (this.closed || this.ended || this.pendingBytes !== 0 || this.#direct?.idle === false)
      return undefined;
    const unread = this.#unread;
    readIndirectly(this.#socket);
    this.closed = true;
    this.#handler = undefined;
    this.#unread = undefined;
    this.#leaveBuffer();
    const successor = take(this.#socket);
    if (unread !== undefined) successor.unshift(unread);
    // Whoever accepted the connection keeps this stream, not the socket that may be good for nothing any more.
    this.#successor = successor;
    this.#socket = successor;
    this.#direct = undefined;
    return successor;
  }

  /** What the socket reads into. */
  get readBuffer(): Buffer {
    return this.#buffer;
  }

  /** For the socket's `onread`, after each read: the buffer for the next one when it changes, else undefined. */
  nextBuffer(): Buffer | undefined {
    if (this.closed) return undefined;
    const common = commonReadBuffer();
    if (this.ownBuffer === this.#ownsBuffer && (this.#ownsBuffer || this.#buffer === common))
      return undefined;
    // While reading is stopped the chunk that was delivered last may still be in use: its buffer stays as it is.
    if (this.#ownsBuffer && !this.#reading) return undefined;
    if (this.#ownsBuffer) returnReadBuffer(this.#buffer);
    const own = this.ownBuffer ? takeReadBuffer() : undefined;
    this.#ownsBuffer = own !== undefined;
    this.#buffer = own ?? common;
    return this.#buffer;
  }

  /** For the socket: bytes were read. False stops it. */
  received(chunk: Buffer): boolean {
    if (this.closed) return false;
    if (this.#unread === undefined && this.#handler !== undefined) {
      // A handler that put bytes back or attached another one goes on with those bytes first.
      this.#reading = this.#deliver(this.#handler, chunk) && this.#deliverUnread();
      // Whoever has the socket now decides about reading.
      return this.#reading || this.#successor !== undefined;
    }
    // Read before anybody could say stop: keep it behind what was put back.
    this.#unread = Buffer.concat(this.#unread === undefined ? [chunk] : [this.#unread, chunk]);
    this.#reading = false;
    return false;
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
    if (this.tls !== undefined && hidesReset(this.#socket)) return this.#broke(notConnected());
    this.ended = true;
    if (this.#unread === undefined) this.#tellEnd();
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
    this.closed = true;
    this.#closeSeen = true;
    this.#leaveBuffer();
    this.#caughtUp();
    this.#tellClose();
  }

  #leaveBuffer(): void {
    if (this.#ownsBuffer) abandonReadBuffer();
    this.#ownsBuffer = false;
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

  #writeDirectly(direct: SocketWriter, bytes: Buffer | readonly Buffer[]): boolean {
    try {
      const taken = Buffer.isBuffer(bytes) ? direct.write(bytes) : direct.writev(bytes);
      return taken || this.#notTaken();
    } catch (error) {
      this.#broke(error);
      return true;
    }
  }

  /** As for any other error of a socket, the close follows. */
  #broke(error: unknown): void {
    this.#failed(error);
    this.#socket.destroy();
  }

  #directDone(error: Error | undefined): void {
    // What is still on its way then is cancelled; the socket knows why.
    if (this.closed || this.#socket.destroyed) return;
    if (error !== undefined) this.#broke(error);
    else if (!this.#awaitingDrain) this.#tellDrain();
  }

  /** `isFirst`: nothing waited before what was just written. */
  #taken(isFirst: boolean): boolean {
    if (this.#socket.writableLength === 0 && !this.#direct?.pending) return true;
    if (isFirst && this.tls !== undefined && isOnItsWay(this.#socket)) {
      this.#encryptedBytes = this.#socket.writableLength;
      return true;
    }
    this.#awaitDrain();
    return this.#notTaken();
  }

  readonly #writeDone = (): void => {
    this.#encryptedBytes = 0;
  };

  #notTaken(): false {
    if (!this.#slow) peerBecameSlow();
    this.#slow = true;
    return false;
  }

  #caughtUp(): void {
    if (this.#slow) peerCaughtUp();
    this.#slow = false;
  }

  /** An empty write behind what is pending: its callback tells when that is gone. Cheaper than a 'drain' for every write. */
  #awaitDrain(): void {
    if (this.#awaitingDrain) return;
    this.#awaitingDrain = true;
    // After `end` not even nothing may be written.
    if (this.#socket.writableEnded) this.#socket.once("finish", this.#drained);
    else this.#socket.write(nothing, this.#drained);
  }

  readonly #drained = (error?: Error | null): void => {
    this.#awaitingDrain = false;
    // What failed was not taken; the close follows.
    if (error || this.closed) return;
    if (this.#socket.writableLength !== 0) return this.#awaitDrain();
    this.#tellDrain();
  };

  #tellDrain(): void {
    this.#caughtUp();
    try {
      this.#handler?.onDrain();
    } catch (error) {
      this.destroy(asError(error));
    }
  }
}
