import { IncomingContent } from "@monolake/streams";
import { PayloadUsedError } from "../errors.ts";
import type { Payload } from "./payload.ts";

/** The connection that an incoming payload arrives on. */
export interface PayloadSource {
  /** The sink can take more: go on reading. */
  payloadResumed(): void;
  /** The payload is complete and none of its memory is in use any more. */
  payloadSettled(): void;
  /** Nobody wants the rest of it. */
  payloadCancelled(reason: Error | undefined): void;
}

/** A large payload that arrives on a connection. */
export class IncomingPayload extends IncomingContent<void> implements Payload {
  readonly #source: PayloadSource;

  /** `length` is -1 where only the end will tell. */
  constructor(source: PayloadSource, length: number) {
    super(length);
    this.#source = source;
  }

  /** It was announced before it was here, and stays a payload that comes in parts. */
  override get whole(): undefined {
    return undefined;
  }

  protected contentResumed(): void {
    this.#source.payloadResumed();
  }

  protected contentSettled(): void {
    this.#source.payloadSettled();
  }

  protected contentCancelled(reason: Error | undefined): void {
    this.#source.payloadCancelled(reason);
  }

  protected usedError(): Error {
    return new PayloadUsedError();
  }
}
