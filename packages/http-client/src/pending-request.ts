import type { HttpRequest, ResponseListener } from "@monolake/http";
import type { Cancellation } from "@monolake/service-async";

/** What is noted of how a request was sent: the client adds to it as far as it comes. */
export interface SendRecord {
  /** Raised by one for each connection that the request is to be sent on. */
  attempts: number;
  /** To open the connection, with the resolution of its name; as it was where a kept connection serves. */
  connectMs: number | undefined;
}

/** A request to be sent, and who hears of its response. */
export interface PendingRequest extends ResponseListener {
  readonly request: HttpRequest;
  /** Gives the request up. */
  readonly cancellation: Cancellation | undefined;
  /** Undefined: nothing is noted. */
  readonly record: SendRecord | undefined;
}
