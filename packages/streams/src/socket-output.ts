import type { Socket } from "node:net";
import { DirectWriter } from "./direct-write.ts";
import { peerBecameSlow, peerCaughtUp } from "./read-buffer.ts";
import { isOnItsWay } from "./socket-state.ts";
import type { SocketWriter } from "./socket-writer.ts";
import { TlsWriter } from "./tls-write.ts";

const nothing = Buffer.alloc(0);

/** Whose socket it writes to. */
export interface OutputOwner {
  readonly closed: boolean;
  /** Everything written has been taken, after a time in which it was not. */
  drained(): void;
  /** The system does not take what was written. */
  refused(error: unknown): void;
}

/** What a byte stream writes: past the socket's stream where that is possible, see socket-writer.ts, else through it. */
export class SocketOutput {
  readonly #socket: Socket;
  readonly #owner: OutputOwner;
  readonly #secure: boolean;
  readonly #direct: SocketWriter | undefined;
  #awaitingDrain = false;
  /** The peer has not taken what was written. */
  #slow = false;
  /** Bytes of the write in progress that TLS has encrypted: their memory is free. */
  #encryptedBytes = 0;

  constructor(socket: Socket, secure: boolean, owner: OutputOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#secure = secure;
    const Writer = secure ? TlsWriter : DirectWriter;
    this.#direct = Writer.for(socket, (error) => this.#directDone(error));
  }

  /** Bytes that the system has not taken. */
  get pendingBytes(): number {
    return this.#socket.writableLength - this.#encryptedBytes + (this.#direct?.pendingBytes ?? 0);
  }

  /** What the system still holds of the current write. */
  get queuedBytes(): number {
    if (this.#direct?.pending) return this.#direct.pendingBytes;
    const socket = this.#socket as unknown as {
      readonly _handle?: { readonly writeQueueSize?: number } | null;
    };
    return socket._handle?.writeQueueSize ?? this.#socket.writableLength;
  }

  /** Nothing is on its way: the socket may be given to somebody else. */
  get idle(): boolean {
    return this.pendingBytes === 0 && this.#direct?.idle !== false;
  }

  /** True when all was taken at once. */
  write(bytes: Buffer): boolean {
    if (this.#direct?.ready) {
      try {
        return this.#direct.write(bytes) || this.#notTaken();
      } catch (error) {
        return this.#refused(error);
      }
    }
    const isFirst = this.#socket.writableLength === 0;
    this.#socket.write(bytes, this.#writeDone);
    return this.#taken(isFirst);
  }

  writev(buffers: readonly Buffer[]): boolean {
    if (this.#direct?.ready) {
      try {
        return this.#direct.writev(buffers) || this.#notTaken();
      } catch (error) {
        return this.#refused(error);
      }
    }
    const isFirst = this.#socket.writableLength === 0;
    this.#socket.cork();
    for (const bytes of buffers) this.#socket.write(bytes, this.#writeDone);
    this.#socket.uncork();
    return this.#taken(isFirst);
  }

  end(): void {
    if (this.#direct === undefined) this.#socket.end();
    else this.#direct.end();
  }

  /** Nobody waits for the peer any more. */
  caughtUp(): void {
    if (this.#slow) peerCaughtUp();
    this.#slow = false;
  }

  #refused(error: unknown): true {
    this.#owner.refused(error);
    return true;
  }

  #directDone(error: Error | undefined): void {
    // What is still on its way then is cancelled; the socket knows why.
    if (this.#owner.closed || this.#socket.destroyed) return;
    if (error !== undefined) this.#owner.refused(error);
    else if (!this.#awaitingDrain) this.#tellDrain();
  }

  /** `isFirst`: nothing waited before what was just written. */
  #taken(isFirst: boolean): boolean {
    if (this.#socket.writableLength === 0 && !this.#direct?.pending) return true;
    if (isFirst && this.#secure && isOnItsWay(this.#socket)) {
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
    if (error || this.#owner.closed) return;
    if (this.#socket.writableLength !== 0) return this.#awaitDrain();
    this.#tellDrain();
  };

  #tellDrain(): void {
    this.caughtUp();
    this.#owner.drained();
  }
}
