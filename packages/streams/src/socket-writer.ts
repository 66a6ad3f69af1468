import { getSystemErrorName } from "node:util";

/**
 * Writes to a socket without its stream: what a stream does for each write (queues, callbacks, states) costs about as much as
 * parsing a request, and is of use only when the system does not take the bytes at once. Node has no public way to do
 * this; where its internals are not as expected, there is no such writer, and the stream is used.
 */
export interface SocketWriter {
  /** Whether a write may go past the stream now. */
  readonly ready: boolean;
  /** Whether nothing is on its way: whoever takes the socket may write to it. */
  readonly idle: boolean;
  /** Bytes wait for the system. */
  readonly pending: boolean;
  /** How many. */
  readonly pendingBytes: number;
  /** True when all was taken at once; else `done` is called. Throws the system's refusal. */
  write(bytes: Buffer): boolean;
  /** As `write`, for several buffers. */
  writev(buffers: readonly Buffer[]): boolean;
  /** Ends the socket behind what was written. */
  end(): void;
}

/** Hears when what was pending is taken, or why not. */
export type WriteDone = (error: Error | undefined) => void;

/** What Node has below a socket: a write gives 0 when all bytes were taken, an error below 0, or what is pending. */
export interface SocketHandle {
  writeBuffer(request: null, bytes: Buffer): number | PendingWrite;
  writev(request: null, buffers: readonly Buffer[], allBuffers: true): number | PendingWrite;
  readonly writeQueueSize: number;
}

/** A write that is not complete. */
export interface PendingWrite {
  oncomplete: ((this: PendingWrite, status: number) => void) | null;
  /** How it ended, where it has without an `oncomplete`; null until then. */
  readonly writeStatus?: number | null;
  /** -1 when it has none any more: it is over. */
  getAsyncId(): number;
  /** Keeps the bytes alive. */
  buffer: unknown;
  owner?: { complete(status: number): void };
}

/** Calls `owner.complete` when the write is over, which keeps `bytes` until then. */
export function awaitWrite(
  write: PendingWrite,
  owner: { complete(status: number): void },
  bytes: unknown,
): void {
  write.buffer = bytes;
  write.owner = owner;
  write.oncomplete = writeComplete;
}

function writeComplete(this: PendingWrite, status: number): void {
  this.buffer = null;
  this.owner?.complete(status);
}

/** The handle, where it writes as expected. */
export function writingHandle(handle: unknown): SocketHandle | undefined {
  const known = handle as Partial<SocketHandle> | null | undefined;
  const usable =
    typeof known?.writeBuffer === "function" &&
    typeof known.writev === "function" &&
    typeof known.writeQueueSize === "number";
  return usable ? (known as SocketHandle) : undefined;
}

/**
 * Tells what the next write of a handle gives to the stream above it. Versions of Node differ, and older ones end the process over
 * an argument that they do not expect.
 */
export function watchNextWrite(
  handle: SocketHandle,
  seen: (request: unknown, outcome: unknown) => void,
): void {
  const watched = handle as { writeBuffer?: unknown };
  const original = handle.writeBuffer;
  watched.writeBuffer = (request: null, bytes: Buffer) => {
    // The method of the prototype again.
    delete watched.writeBuffer;
    const outcome: unknown = original.call(handle, request, bytes);
    seen(request, outcome);
    return outcome;
  };
}

/** As Node has it for a write. */
export function systemError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: "write" });
}
