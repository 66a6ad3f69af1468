import type { Cancellation } from "@monolake/service-async";
import type { ThriftMessage } from "../message/thrift-message.ts";

/** Who hears what became of a call. */
export interface ServerCallOwner {
  answered(call: ServerCall, answer: ThriftMessage | undefined): void;
  failed(call: ServerCall, error: unknown): void;
}

/** A call that is being handled. Used again for another one when it is over. */
export class ServerCall {
  message: ThriftMessage | undefined = undefined;
  cancellation: Cancellation | undefined = undefined;
  /** While the answers in front of it are not there. */
  answer: ThriftMessage | undefined = undefined;
  /** Its answer waits for those of the calls in front of it. */
  ordered = false;
  /** For the handler's promise. */
  readonly respond: (answer: ThriftMessage | undefined) => void;
  readonly fail: (error: unknown) => void;

  constructor(owner: ServerCallOwner) {
    this.respond = (answer) => owner.answered(this, answer);
    this.fail = (error) => owner.failed(this, error);
  }
}
