import type { Socket } from "node:net";
import { getSystemErrorName } from "node:util";

/** What Node has below a TCP or unix socket. A write gives 0 when all bytes were taken, an error below 0, or what is pending. */
interface SocketHandle {
  writeBuffer(request: null, bytes: Buffer): number | PendingWrite;
  writev(request: null, buffers: readonly Buffer[], allBuffers: true): number | PendingWrite;
  readonly writeQueueSize: number;
}

/** A write of which the system has not taken all bytes. */
interface PendingWrite {
  oncomplete: ((this: PendingWrite, status: number) => void) | null;
  /** Keeps the bytes alive. */
  buffer: unknown;
  owner?: DirectWriter;
}

/**
 * Whether this version of Node has handles like that. Older ones take an object in the place of null, and end the
 * process over anything else, so the first write of a thread goes through its stream and shows what that gives to the handle.
 */
let supported: boolean | undefined;

/**
 * Writes to a socket without its stream: what a stream does for each write (queues, callbacks, states) costs about as much as
 * parsing a request, and is of use only when the system does not take the bytes at once. Node has no public way to do
 * this; where its internals are not as expected, the stream is used.
 */
export class DirectWriter {
  /** Bytes of a write wait for the system. */
  pending = false;
  readonly #socket: Socket;
  readonly #handle: SocketHandle;
  readonly #done: (error: Error | undefined) => void;

  /** `done` hears when what was pending is taken, or why not. */
  static for(socket: Socket, done: (error: Error | undefined) => void): DirectWriter | undefined {
    const handle = handleOf(socket);
    if (handle === undefined || supported === false) return undefined;
    if (supported === undefined) watchFirstWrite(handle);
    return new DirectWriter(socket, handle, done);
  }

  private constructor(socket: Socket, handle: SocketHandle, done: (error: Error | undefined) => void) {
    this.#socket = socket;
    this.#handle = handle;
    this.#done = done;
  }

  /** Whether a write may go past the stream now: nothing waits in it, and it is open. */
  get ready(): boolean {
    const socket = this.#socket;
    return (
      supported === true &&
      !this.pending &&
      socket.writableLength === 0 &&
      !socket.writableEnded &&
      !socket.destroyed
    );
  }

  /** Bytes that the system has not taken yet. */
  get pendingBytes(): number {
    return this.pending ? this.#handle.writeQueueSize : 0;
  }

  /** True when all was taken at once; else `done` is called. Throws the system's refusal. */
  write(bytes: Buffer): boolean {
    const outcome = this.#handle.writeBuffer(null, bytes);
    return outcome === 0 || this.#notTaken(outcome, bytes);
  }

  /** As `write`, for several buffers. */
  writev(buffers: readonly Buffer[]): boolean {
    const outcome = this.#handle.writev(null, buffers, true);
    return outcome === 0 || this.#notTaken(outcome, buffers);
  }

  complete(status: number): void {
    this.pending = false;
    this.#done(status < 0 ? systemError(status) : undefined);
  }

  #notTaken(outcome: number | PendingWrite, bytes: unknown): false {
    if (typeof outcome === "number") throw systemError(outcome);
    outcome.buffer = bytes;
    outcome.owner = this;
    outcome.oncomplete = writeComplete;
    this.pending = true;
    return false;
  }
}

function writeComplete(this: PendingWrite, status: number): void {
  this.buffer = null;
  this.owner?.complete(status);
}

function handleOf(socket: Socket): SocketHandle | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Partial<SocketHandle> | null };
  if (handle === null || handle === undefined || "encrypted" in socket) return undefined;
  const usable =
    typeof handle.writeBuffer === "function" &&
    typeof handle.writev === "function" &&
    typeof handle.writeQueueSize === "number";
  return usable ? (handle as SocketHandle) : undefined;
}

function watchFirstWrite(handle: SocketHandle): void {
  const watched = handle as { writeBuffer?: unknown };
  const original = handle.writeBuffer;
  watched.writeBuffer = (request: null, bytes: Buffer) => {
    // The method of the prototype again.
    delete watched.writeBuffer;
    const outcome: unknown = original.call(handle, request, bytes);
    supported = request === null && (typeof outcome === "number" || typeof outcome === "object");
    return outcome;
  };
}

function systemError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: "write" });
}
