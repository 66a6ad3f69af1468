import type { SocketAddress } from "./address.ts";
import type { TlsDetails } from "./tls-details.ts";

/**
 * What a byte stream tells whoever reads it. One handler at a time; handing a connection on (protocol detection to
 * HTTP core, HTTP to a tunnel) is `stream.attach(next)`. A handler that throws breaks its stream.
 */
export interface StreamHandler {
  /**
   * Bytes arrived. `chunk` is borrowed: it lies in a buffer that is read into again as soon as this returns, so copy
   * (`Buffer.from(chunk)`) what is kept. Return false to read no more until `stream.resume()`: inside `onData` that
   * result alone decides, and `pause` and `resume` do nothing.
   */
  onData(chunk: Buffer): boolean;
  /** The peer will send nothing more; writing is still possible. */
  onEnd(): void;
  /** Everything written has been taken by the kernel, after a time in which `pendingBytes` was not 0. */
  onDrain(): void;
  /** The stream is gone, both ways: the last call of all. `error` says why when it was not an orderly end. */
  onClose(error: Error | undefined): void;
}

/** A byte stream, whoever opened it and whatever carries it. */
export interface ByteStream {
  /** Of this side, where it has one. */
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  /** What the TLS layer below agreed on; undefined where the bytes travel as they are. */
  readonly tls: TlsDetails | undefined;
  /** True once the stream is gone or being destroyed; writing to it does nothing. */
  readonly closed: boolean;
  /** True when the peer has ended its side. */
  readonly ended: boolean;
  /** Bytes accepted by `write` that the kernel has not taken yet: 0 means that their memory may be used again. */
  readonly pendingBytes: number;
  /** What the system still holds of the current write: it shrinks while a slow peer takes a large one, for stall timeouts. */
  readonly queuedBytes: number;

  /**
   * Hands the events to `handler` from now on and reads. Bytes that were put back, the end and the close, if they have
   * happened, are told to it before this returns, whoever heard of them before; so attach as the last step.
   */
  attach(handler: StreamHandler): void;
  /** Stops and starts reading. `resume` delivers bytes that were put back before it reads on. */
  pause(): void;
  resume(): void;
  /** Puts bytes back in front of what comes next. The stream keeps `bytes`; it does not copy them. */
  unread(bytes: Buffer): void;
  /**
   * Whether this stream reads as for long content: into a buffer that is its own while reading is stopped, instead of the one that all
   * streams of the thread share. Takes effect inside `onData`, for the reads that follow. Not every stream has one: `ownsChunk` tells.
   */
  ownBuffer: boolean;
  /**
   * Inside `onData`: the chunk stays as it is while reading is stopped, so it may be passed on without a copy and without
   * waiting. True in a buffer for long content, for bytes that were put back, and where each chunk has its own memory.
   */
  readonly ownsChunk: boolean;
  /**
   * Writes all of `bytes`. Their memory belongs to the stream until `pendingBytes` is 0 again (usually at once).
   * Returns true when they were taken at once. It never refuses: whoever writes watches the result and waits for `onDrain`.
   */
  write(bytes: Buffer): boolean;
  /** Several buffers in one system call; otherwise as `write`. */
  writev(buffers: readonly Buffer[]): boolean;
  /** Ends this side once everything is written; the peer may still send. */
  end(): void;
  /**
   * Closes both ways at once; what is not written yet is lost. With an error the peer sees a reset, where the transport
   * knows one, so that it cannot take what it got for all there was.
   */
  destroy(error?: Error): void;
}
