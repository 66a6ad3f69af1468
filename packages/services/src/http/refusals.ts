import { createResponse, type HttpRequest, type HttpResponse } from "@monolake/http";

const plainText = [["Content-Type", "text/plain; charset=utf-8"]] as const;

/** The last answer on its connection, as to any request that is refused. */
export function badRequest(request: HttpRequest): HttpResponse {
  request.body.cancel();
  const response = createResponse("400 Bad Request\n", { status: 400, headers: plainText });
  response.persist = false;
  return response;
}

/** No route takes the request. */
export function notFound(request: HttpRequest): HttpResponse {
  request.body.cancel();
  return createResponse(undefined, { status: 404 });
}

/** A route would take the request if it had one of these methods (RFC 9110 section 15.5.6). */
export function methodNotAllowed(request: HttpRequest, methods: readonly string[]): HttpResponse {
  request.body.cancel();
  return createResponse(undefined, { status: 405, headers: [["Allow", methods.join(", ")]] });
}

/** A resource of https that is asked for in cleartext (RFC 9110 section 7.4). */
export function misdirected(request: HttpRequest): HttpResponse {
  request.body.cancel();
  return createResponse("421 Misdirected Request\n", { status: 421, headers: plainText });
}
