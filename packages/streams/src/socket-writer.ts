import { Socket, type SocketConstructorOpts } from "node:net";
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

let makesRequests: boolean | undefined;

/**
 * Whether a write may come without an object for its request, as in versions of Node whose handles make one when they need it; older
 * ones end the process over that. Asked of a socket above a handle that is none: a real one to which something was added and taken
 * away again is a dictionary to V8 from then on, and with it each look into any handle a call.
 */
export function handlesMakeRequests(): boolean {
  makesRequests ??= seeRequest() === null;
  return makesRequests;
}

/** What a socket gives to its handle with a write. */
function seeRequest(): unknown {
  let given: unknown;
  const handle = {
    writeBuffer(request: unknown) {
      given = request;
      return 0;
    },
    close() {},
  };
  try {
    const socket = new Socket({ handle, manualStart: true } as unknown as SocketConstructorOpts);
    socket.on("error", () => {});
    socket.write(Buffer.from("?"));
    socket.destroy();
  } catch {
    // Another version needs more of it.
  }
  return given;
}

/** As Node has it for a write. */
export function systemError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: "write" });
}
