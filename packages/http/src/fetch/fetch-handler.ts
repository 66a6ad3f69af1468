import type { Has, MakeService } from "@monolake/service-async";
import { type cancellation, makeInnermost } from "@monolake/service-async";
import type { HttpHandler } from "../http-handler.ts";
import type { HttpRequest } from "../message/request.ts";
import { createResponse, type HttpResponse } from "../message/response.ts";
import { fetchRequest, isFetchMethod } from "./fetch-request.ts";
import { httpResponse } from "./fetch-response.ts";

/** What a handler is told beside the request; frameworks hand it on, Hono as `c.env`. */
export interface FetchInfo<out Context> {
  /** What the layers around know of the request: who asks, its id, its route. */
  readonly context: Context;
}

/** Answers requests of the Fetch standard: what Hono, H3 and others are made into by their `fetch`. */
export type Fetch<in Context = object> = (
  request: Request,
  info: FetchInfo<Context>,
) => Response | Promise<Response>;

/** How a handler is called. */
export interface FetchHandlerOptions<in Context> {
  /** The scheme of the URLs that it sees. Default `http`. */
  readonly scheme?: "http" | "https" | ((request: HttpRequest, context: Context) => "http" | "https");
}

/** What the adapter needs of a context: it tells when the client has left. */
export type FetchContext = Has<typeof cancellation>;

/**
 * A handler of the Fetch standard as an HTTP handler. Bodies are streams both ways, as fast as whoever reads them;
 * `request.signal` aborts when the client leaves. What it throws, and what is no Response, fails the call, of which the core
 * makes a 500 without details. Trailers, interim responses and upgrades are not in the Fetch standard.
 */
export class FetchHandler<Context extends FetchContext> implements HttpHandler<Context> {
  readonly #fetch: Fetch<Context>;
  readonly #scheme: FetchHandlerOptions<Context>["scheme"];

  constructor(fetch: Fetch<Context>, options: FetchHandlerOptions<Context> = {}) {
    this.#fetch = fetch;
    this.#scheme = options.scheme;
  }

  async call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    if (!isFetchMethod(request.method)) return refusal(request, 501);
    const given = this.#scheme ?? "http";
    const scheme = typeof given === "function" ? given(request, context) : given;
    const asked = fetchRequest(request, { scheme, signal: context.cancellation.signal });
    if (asked === undefined) return refusal(request, 400);
    try {
      // What the handler left of the request is of no use once its answer is over.
      return httpResponse(await this.#fetch(asked.request, { context }), asked.discard);
    } catch (error) {
      asked.discard(undefined);
      throw error;
    }
  }
}

function refusal(request: HttpRequest, status: number): HttpResponse {
  request.body.cancel();
  return createResponse(undefined, { status });
}

/** The factory of {@link FetchHandler}, for the inner end of a stack. */
export const fetchHandler = <Context extends FetchContext>(
  config: { readonly fetch: Fetch<Context> } & FetchHandlerOptions<Context>,
): MakeService<FetchHandler<Context>> =>
  makeInnermost(FetchHandler<Context>, () => new FetchHandler(config.fetch, config));
