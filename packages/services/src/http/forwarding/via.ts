import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type MakeService, makeLayered } from "@monolake/service-async";

/** How this gateway is called in Via. */
export interface ViaOptions {
  /** A pseudonym (a token, RFC 9110 section 7.6.3); the name of a host would tell strangers about the inside. */
  readonly pseudonym: string;
}

/** Adds this gateway to the Via of requests and responses, behind those that were there (RFC 9110 section 7.6.3). */
export class Via<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #pseudonym: string;

  constructor(inner: HttpHandler<Context>, { pseudonym }: ViaOptions) {
    this.inner = inner;
    this.#pseudonym = pseudonym;
  }

  async call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    // A further line is a further element of the list.
    request.headers.append("Via", `${request.version} ${this.#pseudonym}`);
    const response = await this.inner.call(request, context);
    response.headers.append("Via", `${response.version} ${this.#pseudonym}`);
    return response;
  }
}

/** The layer of {@link Via}: right below the core, where a request still has the version that it came with. */
export const via = <Context extends object>(
  options: ViaOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<Via<Context>> => makeLayered(Via<Context>, inner, (next) => new Via(next, options));
