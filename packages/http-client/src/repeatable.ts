import { type HttpRequest, type HttpResponse, UpstreamClosedError } from "@monolake/http";
import type { Cancellation } from "@monolake/service-async";
import type { HttpTarget } from "./http-target.ts";
import type { PendingRequest, SendRecord } from "./pending-request.ts";

/** Methods that may be carried out twice with the effect of once (RFC 9110 section 9.2.2). */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Whether a request may be sent a second time after it was sent and nothing came back: its method is idempotent, it has
 * no body, which would be gone, and it asks for no upgrade.
 */
export const isRepeatable = (request: HttpRequest): boolean =>
  request.body.length === 0 &&
  !request.upgrade &&
  (request.method === "GET" || idempotent.has(request.method));

/** A repeatable request on a kept connection: when its peer has just given that up, it is sent again. */
export class RepeatableRequest implements PendingRequest {
  readonly request: HttpRequest;
  readonly cancellation: Cancellation | undefined;
  readonly record: SendRecord | undefined;
  readonly #target: HttpTarget;
  readonly #pending: PendingRequest;
  readonly #again: (target: HttpTarget, pending: PendingRequest) => void;

  constructor(
    target: HttpTarget,
    pending: PendingRequest,
    again: (target: HttpTarget, pending: PendingRequest) => void,
  ) {
    this.request = pending.request;
    this.cancellation = pending.cancellation;
    this.record = pending.record;
    this.#target = target;
    this.#pending = pending;
    this.#again = again;
  }

  responded(response: HttpResponse): void {
    this.#pending.responded(response);
  }

  failed(error: Error): void {
    if (wasTooOld(error) && this.cancellation?.cancelled !== true) this.#again(this.#target, this.#pending);
    else this.#pending.failed(error);
  }
}

/** A kept connection that closed without a byte of an answer: its peer had given it up before the request came. */
export const wasTooOld = (error: Error): boolean =>
  error instanceof UpstreamClosedError && error.unanswered && error.reused;
