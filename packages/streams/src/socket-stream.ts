import type { Socket } from "node:net";
import { formatAddress, type SocketAddress } from "./address.ts";
import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { abandonReadBuffer, returnReadBuffer, sharedReadBuffer, takeReadBuffer } from "./read-buffer.ts";
import { fromSocketError } from "./socket-error.ts";

const nothing = Buffer.alloc(0);

/**
 * A byte stream over a Node socket. The socket reads into a buffer of ours (`onread`), see accepted-stream.ts and
 * dial-stream.ts, or emits 'data' where that is not possible; both end in `received`.
 */
export class SocketStream implements ByteStream {
  readonly #socket: Socket;
  readonly remoteAddress: SocketAddress;
  readonly localAddress: SocketAddress;
  closed = false;
  ended = false;
  ownBuffer = false;
  /** The socket reads into a buffer of this stream alone. */
  #ownsBuffer = false;
  /** What the socket reads into; it changes only between two reads, see `nextBuffer`. */
  #buffer: Buffer = sharedReadBuffer;
  #handler: StreamHandler | undefined = undefined;
  #unread: Buffer | undefined = undefined;
  #reading = false;
  #delivering = false;
  #endDelivered = false;
  #closeDelivered = false;
  #awaitingDrain = false;
  #closeSeen = false;
  #error: Error | undefined = undefined;

  constructor(socket: Socket, localAddress: SocketAddress, remoteAddress: SocketAddress) {
    this.#socket = socket;
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    socket.on("error", (error) => this.#failed(error));
    socket.on("end", () => this.#peerEnded());
    socket.on("close", () => this.#socketClosed());
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  get ownsChunk(): boolean {
    return this.#ownsBuffer && this.ownBuffer;
  }

  get queuedBytes(): number {
    const handle = (this.#socket as unknown as { readonly _handle?: { readonly writeQueueSize?: number } | null })._handle;
    return handle?.writeQueueSize ?? this.#socket.writableLength;
  }

  attach(handler: StreamHandler): void {
    this.#handler = handler;
    this.resume();
  }

  pause(): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#socket.pause();
  }

  resume(): void {
    // Inside onData the result of onData decides; the loop below goes on by itself.
    if (this.#delivering || this.#handler === undefined) return;
    if (!this.#deliverUnread()) return;
    if (this.ended) return this.#deliverEnd();
    if (this.#closeSeen) return this.#deliverClose();
    if (this.#reading || this.closed) return;
    this.#reading = true;
    this.#socket.resume();
  }

  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([bytes, this.#unread]);
  }

  write(bytes: Buffer): boolean {
    if (this.closed) return true;
    this.#socket.write(bytes);
    return this.#taken();
  }

  writev(buffers: readonly Buffer[]): boolean {
    if (this.closed) return true;
    this.#socket.cork();
    for (const bytes of buffers) this.#socket.write(bytes);
    this.#socket.uncork();
    return this.#taken();
  }

  end(): void {
    if (!this.closed) this.#socket.end();
  }

  destroy(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#error ??= error;
    this.#socket.destroy();
  }

  /** For the socket's `onread`, after each read: the buffer for the next one when it changes, else undefined. */
  nextBuffer(): Buffer | undefined {
    if (this.ownBuffer === this.#ownsBuffer) return undefined;
    if (this.#ownsBuffer) returnReadBuffer(this.#buffer);
    const own = this.ownBuffer ? takeReadBuffer() : undefined;
    this.#ownsBuffer = own !== undefined;
    this.#buffer = own ?? sharedReadBuffer;
    return this.#buffer;
  }

  /** For the socket: bytes were read. False stops it. */
  received(chunk: Buffer): boolean {
    if (this.closed) return false;
    if (this.#unread !== undefined || this.#handler === undefined) {
      // Read before anybody could say stop: keep it behind what was put back.
      this.#unread = Buffer.concat(this.#unread === undefined ? [chunk] : [this.#unread, chunk]);
      this.#reading = false;
      return false;
    }
    this.#delivering = true;
    const more = this.#handler.onData(chunk);
    this.#delivering = false;
    // A handler that put bytes back or attached another one goes on with those bytes first.
    if (more && this.#unread !== undefined && !this.#deliverUnread()) return false;
    if (!more) this.#reading = false;
    return this.#reading;
  }

  #deliverUnread(): boolean {
    while (this.#unread !== undefined && this.#handler !== undefined && !this.closed) {
      const bytes = this.#unread;
      this.#unread = undefined;
      this.#delivering = true;
      const more = this.#handler.onData(bytes);
      this.#delivering = false;
      if (!more) {
        this.pause();
        return false;
      }
    }
    return true;
  }

  #peerEnded(): void {
    this.ended = true;
    if (this.#unread === undefined && this.#handler !== undefined) this.#deliverEnd();
  }

  #deliverEnd(): void {
    if (!this.#endDelivered) {
      this.#endDelivered = true;
      this.#handler?.onEnd();
    }
    if (this.#closeSeen) this.#deliverClose();
  }

  #failed(error: unknown): void {
    this.#error ??= fromSocketError(error, formatAddress(this.remoteAddress));
  }

  #socketClosed(): void {
    this.closed = true;
    this.#closeSeen = true;
    if (this.#ownsBuffer) abandonReadBuffer();
    this.#ownsBuffer = false;
    if (this.#handler !== undefined) this.#deliverClose();
  }

  #deliverClose(): void {
    if (this.#closeDelivered) return;
    this.#closeDelivered = true;
    this.#unread = undefined;
    this.#handler?.onClose(this.#error);
  }

  #taken(): boolean {
    if (this.#socket.writableLength === 0) return true;
    this.#awaitDrain();
    return false;
  }

  /** An empty write behind what is pending: its callback tells when that is gone. Cheaper than a 'drain' for every write. */
  #awaitDrain(): void {
    if (this.#awaitingDrain) return;
    this.#awaitingDrain = true;
    this.#socket.write(nothing, () => {
      this.#awaitingDrain = false;
      if (this.closed) return;
      if (this.#socket.writableLength === 0) this.#handler?.onDrain();
      else this.#awaitDrain();
    });
  }
}
