import type { ServiceCounts } from "@monolake/core";
import { type MakeService, makeLayered, type Service } from "@monolake/service-async";

/** Where requests are counted. */
export interface CountRequestsOptions {
  readonly counts: ServiceCounts;
}

/** Counts the requests, or calls, of a worker, whichever server they come to. */
export class CountRequests<Request, Response, Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Service<Request, Response, Context>;
  readonly #counts: ServiceCounts;

  constructor(inner: Service<Request, Response, Context>, { counts }: CountRequestsOptions) {
    this.inner = inner;
    this.#counts = counts;
  }

  call(request: Request, context: Context): Promise<Response> {
    this.#counts.requests += 1;
    return this.inner.call(request, context);
  }
}

/** The layer of {@link CountRequests}. */
export const countRequests = <Request, Response, Context extends object>(
  { requests }: { readonly requests: CountRequestsOptions },
  inner: MakeService<Service<Request, Response, Context>>,
): MakeService<CountRequests<Request, Response, Context>> =>
  makeLayered(CountRequests<Request, Response, Context>, inner, (next) => new CountRequests(next, requests));
