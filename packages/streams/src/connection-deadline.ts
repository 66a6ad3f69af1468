import type { ByteStream } from "./byte-stream.ts";
import { deadlineClockMs, deadlineIn, type Expiring } from "./deadline.ts";

/**
 * The one deadline of a connection that carries messages, to be watched with `watchDeadline`. What the peer has to take
 * comes before what it has to send: while a write is pending nothing else is waited for.
 */
export class ConnectionDeadline<WaitingFor extends string> implements Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #stream: ByteStream;
  readonly #writeStallTimeoutMs: number;
  readonly #expired: (waitingFor: WaitingFor | "write") => void;
  #waitingFor: WaitingFor | "write" = "write";
  #writePending = false;
  /** What is in progress has to be over by then, whatever is waited for meanwhile. */
  #totalMs = Number.POSITIVE_INFINITY;
  #total: WaitingFor | "write" = "write";
  #queuedBytes = 0;

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

  /** Something was written and is `pending`, or the peer has taken all of it; then say anew what is waited for. */
  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    if (!pending) return this.clear();
    this.#queuedBytes = this.#stream.queuedBytes;
    this.#waitingFor = "write";
    this.deadlineMs = Math.min(deadlineIn(this.#writeStallTimeoutMs), this.#totalMs);
  }

  onDeadline(): void {
    if (this.#totalMs <= deadlineClockMs()) this.#expired(this.#total);
    // A slow peer, but it takes something.
    else if (this.#writePending && this.#stream.queuedBytes !== this.#queuedBytes) this.writeMoved(true);
    else this.#expired(this.#waitingFor);
  }
}
