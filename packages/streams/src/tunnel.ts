import type { ByteStream, StreamHandler } from "./byte-stream.ts";
import { deadlineIn, type Expiring, unwatchDeadline, watchDeadline } from "./deadline.ts";
import { TunnelIdleError } from "./errors.ts";

/** How a tunnel ends by itself. */
export interface TunnelOptions {
  /** Both streams are destroyed when neither has moved a byte for this long; 0 for never. Default 3,600,000 (one hour). */
  readonly idleTimeoutMs?: number;
}

/** What went through a tunnel. */
export interface TunnelEnd {
  readonly bytesFromFirst: number;
  readonly bytesFromSecond: number;
  /** Why it ended when it was not both sides saying goodbye. */
  readonly error: Error | undefined;
}

/**
 * Joins two streams until both are closed: bytes pass both ways without a copy, a slow side slows the other down, and an
 * end is passed on while the other direction goes on. The streams belong to the tunnel. Never rejects.
 */
export function tunnel(
  first: ByteStream,
  second: ByteStream,
  options: TunnelOptions = {},
): Promise<TunnelEnd> {
  return new Promise((resolve) => {
    const joined = new Tunnel(first, second, options.idleTimeoutMs ?? 3_600_000, resolve);
    joined.start();
  });
}

/** How long the side that is left may take nothing and not close. */
const goodbyeMs = 5_000;

class Tunnel implements Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly #fromFirst: Direction;
  readonly #fromSecond: Direction;
  readonly #idleTimeoutMs: number;
  readonly #ended: (end: TunnelEnd) => void;
  #open = 2;
  #leaving = false;
  #error: Error | undefined = undefined;
  #queuedBytes = 0;

  constructor(first: ByteStream, second: ByteStream, idleTimeoutMs: number, ended: (end: TunnelEnd) => void) {
    this.#fromFirst = new Direction(this, first, second);
    this.#fromSecond = new Direction(this, second, first);
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#ended = ended;
  }

  start(): void {
    this.moved();
    watchDeadline(this);
    this.#fromFirst.start();
    this.#fromSecond.start();
  }

  moved(): void {
    const leavingMs = this.#leaving ? goodbyeMs : Number.POSITIVE_INFINITY;
    const idleMs = this.#idleTimeoutMs > 0 ? this.#idleTimeoutMs : Number.POSITIVE_INFINITY;
    this.deadlineMs = deadlineIn(Math.min(idleMs, leavingMs));
  }

  /** Not everything that was written has been taken. */
  blocked(): void {
    this.#queuedBytes = this.#fromFirst.from.queuedBytes + this.#fromSecond.from.queuedBytes;
  }

  onDeadline(): void {
    const before = this.#queuedBytes;
    this.blocked();
    // A slow peer is not idle while it takes something of what it was sent.
    if (this.#queuedBytes < before) return this.moved();
    if (this.#leaving) return this.#destroyBoth(undefined);
    this.#fail(new TunnelIdleError({ idleTimeoutMs: this.#idleTimeoutMs }));
  }

  /** The other direction's writes go to `stream`: it resumes what feeds them. */
  drained(stream: ByteStream): void {
    this.moved();
    (this.#fromFirst.from === stream ? this.#fromSecond : this.#fromFirst).from.resume();
  }

  closed(error: Error | undefined): void {
    if (error !== undefined) this.#fail(error);
    this.#open -= 1;
    if (this.#open > 0) {
      // One side is gone altogether. The other one gets what is still to be written and a short time to say goodbye:
      // closing at once while it sends would reset the connection and lose what it has not read.
      this.#fromFirst.from.end();
      this.#fromSecond.from.end();
      this.#leaving = true;
      this.moved();
      return;
    }
    unwatchDeadline(this);
    this.#ended({
      bytesFromFirst: this.#fromFirst.bytes,
      bytesFromSecond: this.#fromSecond.bytes,
      error: this.#error,
    });
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#destroyBoth(error);
  }

  #destroyBoth(error: Error | undefined): void {
    this.#fromFirst.from.destroy(error);
    this.#fromSecond.from.destroy(error);
  }
}

/** One direction: what `from` says is written to `to`. */
class Direction implements StreamHandler {
  readonly from: ByteStream;
  readonly #to: ByteStream;
  readonly #tunnel: Tunnel;
  bytes = 0;

  constructor(owner: Tunnel, from: ByteStream, to: ByteStream) {
    this.#tunnel = owner;
    this.from = from;
    this.#to = to;
  }

  start(): void {
    this.from.ownBuffer = true;
    this.from.attach(this);
  }

  onData(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    this.#tunnel.moved();
    // The shared buffer is read into again at once, so only bytes of the own one may wait for a slow peer.
    const taken = this.#to.write(this.from.ownsChunk ? chunk : Buffer.from(chunk));
    if (!taken) this.#tunnel.blocked();
    return taken;
  }

  onEnd(): void {
    this.#to.end();
  }

  onDrain(): void {
    this.#tunnel.drained(this.from);
  }

  onClose(error: Error | undefined): void {
    this.#tunnel.closed(error);
  }
}
