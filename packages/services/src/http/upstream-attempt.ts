import { ComingResponse, type HttpRequest, type HttpResponse } from "@monolake/http";
import type { PendingRequest } from "@monolake/http-client";
import type { Cancellation } from "@monolake/service-async";
import type { UpstreamRecord } from "./access-log/exchange-record.ts";
import { removeHopByHopOfResponse } from "./hop-by-hop.ts";
import type { HttpUpstreamContext } from "./upstream.ts";
import type { HttpUpstreamTarget } from "./upstream-target.ts";

/** Who hears that an upstream has failed. */
export interface AttemptOwner {
  attemptFailed(attempt: UpstreamAttempt, error: unknown): void;
}

/** A request on its way to one upstream. One object, with no functions of its own: there is one for each request. */
export class UpstreamAttempt implements PendingRequest {
  readonly request: HttpRequest;
  readonly context: HttpUpstreamContext;
  readonly upstream: HttpUpstreamTarget;
  /** The request target as the client sent it. */
  readonly target: string;
  /** What it comes to: one for the whole way, where each step could have a promise of its own. */
  readonly coming: ComingResponse = new ComingResponse();
  /** While somebody notes how the request went. */
  record: UpstreamRecord | undefined = undefined;
  readonly #owner: AttemptOwner;

  constructor(
    request: HttpRequest,
    context: HttpUpstreamContext,
    upstream: HttpUpstreamTarget,
    owner: AttemptOwner,
  ) {
    this.request = request;
    this.context = context;
    this.upstream = upstream;
    this.target = request.target;
    this.#owner = owner;
  }

  get cancellation(): Cancellation {
    return this.context.cancellation;
  }

  responded(response: HttpResponse): void {
    this.record?.answered();
    this.coming.came(forwardable(response));
  }

  failed(error: unknown): void {
    this.#owner.attemptFailed(this, error);
  }
}

/** Takes out of a response what concerned the connection to the upstream only. */
function forwardable(response: HttpResponse): HttpResponse {
  removeHopByHopOfResponse(response);
  if (response.status === 101) response.headers.set("Connection", "upgrade");
  return response;
}
