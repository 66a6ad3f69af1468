import { asError } from "@monolake/errors";
import type { PendingRequest, SendRecord } from "./pending-request.ts";

/** A request that waits for room on a connection; leaves when it is taken, given up, or has waited for too long. */
export class WaitingRequest {
  /** As of `deadlineIn`. */
  readonly deadlineMs: number;
  readonly #pending: PendingRequest;
  readonly #among: Set<WaitingRequest>;

  constructor(pending: PendingRequest, deadlineMs: number, among: Set<WaitingRequest>) {
    this.#pending = pending;
    this.deadlineMs = deadlineMs;
    this.#among = among;
    pending.cancellation?.addListener(this);
  }

  get record(): SendRecord | undefined {
    return this.#pending.record;
  }

  /** It is its turn. */
  take(): PendingRequest {
    this.#leave();
    return this.#pending;
  }

  /** There will be no turn. */
  fail(error: Error): void {
    this.#leave();
    this.#pending.failed(error);
  }

  /** For its cancellation. */
  cancel(reason: unknown): void {
    this.fail(asError(reason, "cancelled"));
  }

  #leave(): void {
    this.#among.delete(this);
    this.#pending.cancellation?.removeListener(this);
  }
}
