import { asError } from "@monolake/errors";
import type { Cancellation } from "@monolake/service-async";
import type { ResponseListener } from "../client/response-listener.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";

/** A request without a body that may be sent twice, and who hears of its response. */
export interface SharedRequest extends ResponseListener {
  readonly request: HttpRequest;
  /** Gives the request up: the listener hears of that at once, and the answer is thrown away when it comes. */
  readonly cancellation: Cancellation | undefined;
}

/** A request on a shared connection that waits for its answer. The connection goes on when it is given up. */
export class WaitingRequest<Shared extends SharedRequest> implements ResponseListener {
  readonly shared: Shared;
  #wanted = true;

  constructor(shared: Shared) {
    this.shared = shared;
    shared.cancellation?.addListener(this);
  }

  /** Whoever asked has left. */
  cancel(reason: unknown): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.shared.failed(asError(reason, "cancelled"));
  }

  responded(response: HttpResponse): void {
    if (this.release()) this.shared.responded(response);
    else response.body.cancel();
  }

  failed(error: Error): void {
    if (this.release()) this.shared.failed(error);
  }

  /** It waits no more; whether there is still somebody who does. */
  release(): boolean {
    this.shared.cancellation?.removeListener(this);
    return this.#wanted;
  }
}
