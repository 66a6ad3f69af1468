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

/**
 * So much of what comes in several buffers is put together here: OpenSSL copies it anyway, and encrypts it before it returns. Of a
 * longer write the handle gives the system a part at a time.
 */
const joinedBytes = 132 * 1024;
let joined: Buffer | undefined;

/**
 * Writes to a TLS socket. OpenSSL has encrypted the bytes when a write returns, and as a rule the system has taken them then, too; but
 * the handle tells so in a later turn, and takes one write at a time: a second one ends the process. So it must have no other
 * writer, and what is written meanwhile waits here. Nobody needs to hear of a write that was taken at once: the next one looks.
 */
export class TlsWriter implements SocketWriter {
  pending = false;
  readonly #socket: Socket;
  readonly #handle: SocketHandle;
  /** The socket's own, with what is encrypted. */
  readonly #carrier: SocketHandle;
  readonly #done: WriteDone;
  #inFlight: PendingWrite | undefined = undefined;
  #waiting: Buffer[] | undefined = undefined;
  #ending = false;

  /** `done` hears when what was pending is taken, or why not. */
  static for(socket: Socket, done: WriteDone): TlsWriter | undefined {
    const { _handle } = socket as unknown as { readonly _handle?: { readonly _parent?: unknown } | null };
    const handle = writingHandle(_handle);
    const carrier = writingHandle(_handle?._parent);
    if (handle === undefined || carrier === undefined || !handlesMakeRequests()) return undefined;
    return new TlsWriter(socket, { handle, carrier }, done);
  }

  private constructor(
    socket: Socket,
    { handle, carrier }: { readonly handle: SocketHandle; readonly carrier: SocketHandle },
    done: WriteDone,
  ) {
    this.#socket = socket;
    this.#handle = handle;
    this.#carrier = carrier;
    this.#done = done;
  }

  /** The stream has written nothing, and never will. */
  get ready(): boolean {
    return !this.#socket.writableEnded && !this.#socket.destroyed;
  }

  get idle(): boolean {
    return this.#inFlight === undefined || isOver(this.#inFlight);
  }

  get pendingBytes(): number {
    if (!this.pending) return 0;
    const waiting = this.#waiting?.reduce((sum, { length }) => sum + length, 0) ?? 0;
    // What is encrypted counts until the system has all that the handle gave it, so that a slow peer shows, too.
    return Math.max(1, this.#carrier.writeQueueSize + this.#handle.writeQueueSize + waiting);
  }

  write(bytes: Buffer): boolean {
    if (!this.#isFree()) return this.#wait([bytes]);
    if (bytes.length === 0) return true;
    return this.#sent(this.#handle.writeBuffer(null, bytes), bytes.length <= joinedBytes);
  }

  writev(buffers: readonly Buffer[]): boolean {
    return this.#isFree() ? this.#send(buffers) : this.#wait(buffers);
  }

  /** Node would send the end of TLS behind that of TCP. */
  end(): void {
    if (this.idle) this.#socket.end();
    else {
      this.#ending = true;
      this.#listen();
    }
  }

  /** For the write in flight. */
  complete(status: number): void {
    this.#inFlight = undefined;
    try {
      if (status < 0) throw systemError(status);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      // What follows is pending when the system does not take it.
      if (waiting !== undefined && !this.#send(waiting)) return;
    } catch (error) {
      this.pending = false;
      return this.#done(error as Error);
    }
    const wasPending = this.pending;
    this.pending = false;
    if (wasPending) this.#done(undefined);
    if (this.#ending && !this.#socket.writableEnded) this.end();
  }

  /** Whether the last write is complete. Throws why it failed. */
  #isFree(): boolean {
    const last = this.#inFlight;
    if (last === undefined) return true;
    if (this.#ending) throw writtenAfterEnd();
    if (!isOver(last)) return false;
    this.#inFlight = undefined;
    const status = last.writeStatus ?? protocolError;
    if (status < 0) throw systemError(status);
    return true;
  }

  #send(buffers: readonly Buffer[]): boolean {
    const bytes = join(buffers);
    if (bytes?.length === 0) return true;
    if (bytes === undefined) return this.#sent(this.#handle.writev(null, buffers, true), false);
    return this.#sent(this.#handle.writeBuffer(null, bytes), true);
  }

  /** `atOnce`: the handle gave all of it to the system. */
  #sent(outcome: number | PendingWrite, atOnce: boolean): boolean {
    if (typeof outcome === "number") {
      if (outcome < 0) throw systemError(outcome);
      return true;
    }
    const { writeStatus } = outcome;
    if (typeof writeStatus === "number") {
      if (writeStatus < 0) throw systemError(writeStatus);
      return true;
    }
    this.#inFlight = outcome;
    if (atOnce && this.#carrier.writeQueueSize === 0) return true;
    this.pending = true;
    this.#listen();
    return false;
  }

  #wait(buffers: readonly Buffer[]): false {
    this.#waiting ??= [];
    this.#waiting.push(...buffers);
    this.pending = true;
    this.#listen();
    return false;
  }

  #listen(): void {
    if (this.#inFlight !== undefined) awaitWrite(this.#inFlight, this, null);
  }
}

/** One that OpenSSL refused has no status, but is gone from below. */
const isOver = (write: PendingWrite): boolean =>
  typeof write.writeStatus === "number" || write.getAsyncId() === -1;

/** EPROTO, as Node has it for what OpenSSL refuses. */
const protocolError = -71;

const writtenAfterEnd = (): Error =>
  Object.assign(new Error("write after end"), { code: "ERR_STREAM_WRITE_AFTER_END" });

/** All in one buffer, good until the next call; undefined when it is too much for that. */
function join(buffers: readonly Buffer[]): Buffer | undefined {
  let bytes = 0;
  for (const { length } of buffers) bytes += length;
  if (bytes > joinedBytes) return undefined;
  joined ??= Buffer.allocUnsafeSlow(joinedBytes);
  let at = 0;
  for (const buffer of buffers) {
    joined.set(buffer, at);
    at += buffer.length;
  }
  return joined.subarray(0, bytes);
}
