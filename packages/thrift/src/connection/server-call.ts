import type { Cancellation } from "@monolake/service-async";
import type { ThriftMessage } from "../message/thrift-message.ts";

/** Who hears what became of a call. */
export interface ServerCallOwner {
  answered(call: ServerCall, answer: ThriftMessage | undefined): void;
  failed(call: ServerCall, error: unknown): void;
  /** What should never happen: the connection has to go. */
  broken(error: unknown): void;
}

/** A call that is being handled. Used again for another one when it is over. */
export class ServerCall {
  message: ThriftMessage | undefined = undefined;
  /** As the client knows it: on its way to an upstream the message may get another one. */
  sequenceId = 0;
  headerSequence = 0;
  cancellation: Cancellation | undefined = undefined;
  /** While it is not given to the writer. */
  answer: ThriftMessage | undefined = undefined;
  /** Its answer waits for those of the calls in front of it. */
  ordered = false;
  /**
   * For the handler's promise, which nobody looks at afterwards: so nothing may be thrown here. Functions that are assigned in the
   * constructor would be old objects from the start, and keep the connection until all memory is looked through.
   */
  readonly respond = (answer: ThriftMessage | undefined): void => {
    try {
      this.#owner.answered(this, answer);
    } catch (error) {
      this.#owner.broken(error);
    }
  };
  readonly fail = (error: unknown): void => {
    try {
      this.#owner.failed(this, error);
    } catch (fault) {
      this.#owner.broken(fault);
    }
  };
  readonly #owner: ServerCallOwner;

  constructor(owner: ServerCallOwner) {
    this.#owner = owner;
  }
}
