import type { ByteStream } from "./byte-stream.ts";
import { deadlineClockMs, deadlineIn, type Expiring } from "./deadline.ts";

/**
 * The one deadline of a connection that carries messages, to be watched with `watchDeadline`. What the peer has to take
 * comes before what it has to send: while a write is pending nothing else is waited for.
 */
export class ConnectionDeadline<WaitingFor extends string> implements Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly #stream: ByteStream;
  readonly #writeStallTimeoutMs: number;
  readonly #expired: (waitingFor: WaitingFor | "write") => void;
  #waitingFor: WaitingFor | "write" = "write";
  #writePending = false;
  /** What is in progress has to be over by then, whatever is waited for meanwhile. */
  #totalMs = Number.POSITIVE_INFINITY;
  #total: WaitingFor | "write" = "write";
  #queuedBytes = 0;
  #sentBytes = 0;

  /** `expired` hears what did not come in time; "write" when the peer took nothing of what it was sent. */
  constructor(
    stream: ByteStream,
    writeStallTimeoutMs: number,
    expired: (waitingFor: WaitingFor | "write") => void,
  ) {
    this.#stream = stream;
    this.#writeStallTimeoutMs = writeStallTimeoutMs;
    this.#expired = expired;
  }

  /** From now on; 0 for as long as it takes. */
  await(waitingFor: WaitingFor, timeoutMs: number): void {
    this.awaitUntil(waitingFor, deadlineIn(timeoutMs));
  }

  /** As `await`, until a time of `deadlineIn`. */
  awaitUntil(waitingFor: WaitingFor, deadlineMs: number): void {
    if (this.#writePending) return;
    this.#waitingFor = waitingFor;
    this.deadlineMs = Math.min(deadlineMs, this.#totalMs);
  }

  /** For nothing: it is not the peer's turn. */
  clear(): void {
    if (!this.#writePending) this.deadlineMs = this.#totalMs;
  }

  /** Bounds all that is waited for from now on, as `total`; 0 for no bound. */
  limit(total: WaitingFor, timeoutMs: number): void {
    this.#total = total;
    this.#totalMs = deadlineIn(timeoutMs);
    this.deadlineMs = Math.min(this.deadlineMs, this.#totalMs);
  }

  /**
   * Something was written and is `pending`, or the peer has taken all of it; then say anew what is waited for. `sentBytes` is how
   * much of the message was written so far: a peer that was sent a lot gets longer, see {@link stallTimeout}.
   */
  writeMoved(pending: boolean, sentBytes = 0): void {
    this.#writePending = pending;
    if (!pending) return this.clear();
    this.#sentBytes = sentBytes;
    this.#queuedBytes = this.#stream.queuedBytes;
    this.#waitingFor = "write";
    this.deadlineMs = Math.min(deadlineIn(stallTimeout(this.#writeStallTimeoutMs, sentBytes)), this.#totalMs);
  }

  onDeadline(): void {
    if (this.#totalMs <= deadlineClockMs()) this.#expired(this.#total);
    // A slow peer, but it takes something.
    else if (this.#writePending && this.#stream.queuedBytes !== this.#queuedBytes)
      this.writeMoved(true, this.#sentBytes);
    else this.#expired(this.#waitingFor);
  }
}

/** The most that a kernel takes for a peer that takes nothing: the usual end of net.ipv4.tcp_wmem. */
const mostHeldBytes = 4 * 1024 * 1024;
/** What it may hold of these before its steps are longer than a peer at 21 KB/s, in 10 seconds, would need for one. */
const bytesOfOneTimeout = 640 * 1024;

/**
 * How long nothing may move. A kernel asks for more only when a third of what it holds has gone, so a slow peer that was sent
 * a lot shows that it takes something in steps: of 1.3 MB when the buffer has grown to 4 MiB, which takes 13 seconds at 100 KB/s.
 */
const stallTimeout = (timeoutMs: number, sentBytes: number): number =>
  timeoutMs * Math.max(1, Math.min(sentBytes, mostHeldBytes) / bytesOfOneTimeout);
