import { type HttpHandler, type HttpRequest, type HttpResponse, knownFields } from "@monolake/http";
import { type MakeService, makeLayered } from "@monolake/service-async";
import { removeHopByHop } from "./hop-by-hop.ts";

const connectionField = knownFields("connection");

/**
 * Decides for each exchange whether its connection goes on (RFC 9112 section 9.3), and shows the services inside a
 * message that knows nothing of connections: HTTP/1.1, without hop-by-hop fields. The HTTP core says on the wire what was
 * decided here.
 */
export class ConnectionReuse<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;

  constructor(inner: HttpHandler<Context>) {
    this.inner = inner;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const { version } = request;
    const persist = keepsAlive(request);
    removeHopByHop(request.headers, request.upgrade);
    // Nothing is left to decide: what a response says of its connection, the core replaces.
    if (persist && version !== "1.0") return this.inner.call(request, context);
    return this.#decide(request, context, persist);
  }

  async #decide(request: HttpRequest, context: Context, persist: boolean): Promise<HttpResponse> {
    const { version } = request;
    request.version = "1.1";
    const response = await this.inner.call(request, context);
    request.version = version;
    if (!persist && response.status !== 101) response.persist = false;
    return response;
  }
}

function keepsAlive(request: HttpRequest): boolean {
  if (request.version === "2") return true;
  if ((request.headers.knownMask & connectionField) === 0) return request.version === "1.1";
  const options = request.headers.getTokens("connection");
  if (options.includes("close")) return false;
  return request.version === "1.1" || options.includes("keep-alive");
}

/** The layer of {@link ConnectionReuse}. */
export const connectionReuse = <Context extends object>(
  _config: unknown,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ConnectionReuse<Context>> =>
  makeLayered(ConnectionReuse<Context>, inner, (next) => new ConnectionReuse(next));
