import type { ServiceCounts } from "@monolake/core";
import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type MakeService, makeLayered } from "@monolake/service-async";

/** Where requests are counted. */
export interface CountRequestsOptions {
  readonly counts: ServiceCounts;
}

/** Counts the requests of a worker, whichever server they come to. */
export class CountRequests<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #counts: ServiceCounts;

  constructor(inner: HttpHandler<Context>, { counts }: CountRequestsOptions) {
    this.inner = inner;
    this.#counts = counts;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    this.#counts.requests += 1;
    return this.inner.call(request, context);
  }
}

/** The layer of {@link CountRequests}. */
export const countRequests = <Context extends object>(
  { requests }: { readonly requests: CountRequestsOptions },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<CountRequests<Context>> =>
  makeLayered(CountRequests<Context>, inner, (next) => new CountRequests(next, requests));
