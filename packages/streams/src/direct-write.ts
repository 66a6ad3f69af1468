import type { Socket } from "node:net";
import {
  awaitWrite,
  handlesMakeRequests,
  type PendingWrite,
  type SocketHandle,
  type SocketWriter,
  systemError,
  type WriteDone,
  writingHandle,
} from "./socket-writer.ts";

/** Writes to a TCP or unix socket. */
export class DirectWriter implements SocketWriter {
  /** Bytes of a write wait for the system. */
  pending = false;
  readonly #socket: Socket;
  readonly #handle: SocketHandle;
  readonly #done: WriteDone;
  /** The stream may have got something: at first, behind a write that was pending, and at the end. */
  #streamUsed = true;

  /** `done` hears when what was pending is taken, or why not. */
  static for(socket: Socket, done: WriteDone): DirectWriter | undefined {
    const { _handle } = socket as unknown as { readonly _handle?: unknown };
    const handle = writingHandle(_handle);
    return handle !== undefined && handlesMakeRequests() ? new DirectWriter(socket, handle, done) : undefined;
  }

  private constructor(socket: Socket, handle: SocketHandle, done: WriteDone) {
    this.#socket = socket;
    this.#handle = handle;
    this.#done = done;
  }

  /** Nothing waits in the stream. */
  get ready(): boolean {
    return !this.pending && (!this.#streamUsed || this.#streamIsEmpty());
  }

  #streamIsEmpty(): boolean {
    const socket = this.#socket;
    if (socket.writableLength !== 0 || socket.writableEnded || this.#isClosed) return false;
    this.#streamUsed = false;
    return true;
  }

  get #isClosed(): boolean {
    const socket = this.#socket as unknown as { readonly _handle?: unknown };
    return socket._handle !== this.#handle;
  }

  get idle(): boolean {
    return !this.pending;
  }

  get pendingBytes(): number {
    return this.pending ? this.#handle.writeQueueSize : 0;
  }

  write(bytes: Buffer): boolean {
    const outcome = this.#handle.writeBuffer(null, bytes);
    return outcome === 0 || this.#notTaken(outcome, bytes);
  }

  writev(buffers: readonly Buffer[]): boolean {
    const outcome = this.#handle.writev(null, buffers, true);
    return outcome === 0 || this.#notTaken(outcome, buffers);
  }

  /** The system keeps the order. */
  end(): void {
    this.#streamUsed = true;
    this.#socket.end();
  }

  /** For the write that was pending. */
  complete(status: number): void {
    this.pending = false;
    this.#done(status < 0 ? systemError(status) : undefined);
  }

  #notTaken(outcome: number | PendingWrite | undefined, bytes: unknown): boolean {
    if (typeof outcome !== "object") {
      // What is written to a socket that is gone goes nowhere; its close follows. Looked at here, where it costs no other write anything.
      if (outcome === undefined || this.#isClosed) return true;
      throw systemError(outcome);
    }
    awaitWrite(outcome, this, bytes);
    this.pending = true;
    this.#streamUsed = true;
    return false;
  }
}
