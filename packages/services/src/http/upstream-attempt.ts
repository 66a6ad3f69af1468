import type { ComingResponse, HttpRequest, HttpResponse } from "@monolake/http";
import type { PendingRequest } from "@monolake/http-client";
import type { Cancellation, cancellation, Has } from "@monolake/service-async";
import type { UpstreamRecord } from "./access-log/exchange-record.ts";
import { removeHopByHopOfResponse } from "./hop-by-hop.ts";

/** A request on its way to one upstream. */
export class UpstreamAttempt implements PendingRequest {
  readonly request: HttpRequest;
  readonly cancellation: Cancellation;
  readonly failed: (error: unknown) => void;
  /** While somebody notes how the request went. */
  record: UpstreamRecord | undefined = undefined;
  readonly #coming: Pick<ComingResponse, "came">;

  constructor(
    request: HttpRequest,
    context: Has<typeof cancellation>,
    coming: Pick<ComingResponse, "came">,
    failed: (error: unknown) => void,
  ) {
    this.request = request;
    this.cancellation = context.cancellation;
    this.failed = failed;
    this.#coming = coming;
  }

  responded(response: HttpResponse): void {
    this.record?.answered();
    this.#coming.came(forwardable(response));
  }
}

/** Takes out of a response what concerned the connection to the upstream only. */
function forwardable(response: HttpResponse): HttpResponse {
  removeHopByHopOfResponse(response);
  if (response.status === 101) response.headers.set("Connection", "upgrade");
  return response;
}
