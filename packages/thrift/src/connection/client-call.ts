import type { Cancellation } from "@monolake/service-async";
import { deadlineClockMs } from "@monolake/streams";
import type { ThriftMessage } from "../message/thrift-message.ts";

/** Who gives a call up. */
export interface ClientCallOwner {
  callCancelled(call: ClientCall, reason: unknown): void;
}

/** A call that was sent and is not answered. */
export class ClientCall {
  readonly message: ThriftMessage;
  readonly resolve: (answer: ThriftMessage | undefined) => void;
  readonly reject: (error: unknown) => void;
  /** As the caller knows it; on the connection it may have another one. */
  readonly sequenceId: number;
  readonly headerSequence: number;
  /** For its answer; Infinity until it is written. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** Nobody waits for the answer any more. */
  abandoned = false;
  readonly sentMs = deadlineClockMs();
  readonly #owner: ClientCallOwner;
  readonly #cancellation: Cancellation | undefined;

  constructor(
    owner: ClientCallOwner,
    message: ThriftMessage,
    cancellation: Cancellation | undefined,
    resolve: (answer: ThriftMessage | undefined) => void,
    reject: (error: unknown) => void,
  ) {
    this.#owner = owner;
    this.message = message;
    this.sequenceId = message.sequenceId;
    this.headerSequence = message.headerSequence;
    this.resolve = resolve;
    this.reject = reject;
    this.#cancellation = cancellation;
    cancellation?.addListener(this);
  }

  /** For the cancellation. */
  cancel(reason: unknown): void {
    this.#owner.callCancelled(this, reason);
  }

  /** The call is over, or nobody waits for it. */
  settle(): void {
    this.#cancellation?.removeListener(this);
  }
}
