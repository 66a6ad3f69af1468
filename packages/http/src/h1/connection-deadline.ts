import { type ByteStream, deadlineIn, type Expiring } from "@monolake/streams";

/**
 * The one deadline of a connection. What the peer has to take comes before what it has to send: while a write is pending
 * nothing else is waited for.
 */
export class ConnectionDeadline<WaitingFor extends string> implements Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #stream: ByteStream;
  readonly #writeStallTimeoutMs: number;
  readonly #expired: (waitingFor: WaitingFor | "write") => void;
  #waitingFor: WaitingFor | "write" = "write";
  #writePending = false;
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
    if (this.#writePending) return;
    this.#waitingFor = waitingFor;
    this.deadlineMs = deadlineIn(timeoutMs);
  }

  /** For nothing: it is not the peer's turn. */
  clear(): void {
    if (!this.#writePending) this.deadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Something was written and is `pending`, or the peer has taken all of it; then say anew what is waited for. */
  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    if (!pending) return this.clear();
    this.#queuedBytes = this.#stream.queuedBytes;
    this.#waitingFor = "write";
    this.deadlineMs = deadlineIn(this.#writeStallTimeoutMs);
  }

  onDeadline(): void {
    // A slow peer, but it takes something.
    if (this.#writePending && this.#stream.queuedBytes !== this.#queuedBytes) this.writeMoved(true);
    else this.#expired(this.#waitingFor);
  }
}
