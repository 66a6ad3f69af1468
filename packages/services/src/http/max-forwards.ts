import { createResponse, type HttpRequest, type HttpResponse, knownFields } from "@monolake/http";

const maxForwardsField = knownFields("max-forwards");
const number = /^\d+$/;
/** A larger one goes on as this: RFC 9110 section 7.6.2 lets a recipient have a maximum. */
const largest = 999_999_999;

/**
 * The answer to a request that goes no further than here; undefined for all others.
 *
 * TRACE would be sent back by an upstream with all that was put in on the way: who the client is, what a login or a route adds
 * (RFC 9110 section 9.3.8 forbids fields that are not to be seen). OPTIONS counts Max-Forwards down (section 7.6.2), and whoever
 * gets it with 0 is the one who was asked.
 */
export function answerOfLastRecipient(request: HttpRequest): HttpResponse | undefined {
  const { method, headers } = request;
  if (method === "TRACE") return lastAnswer(request, 405);
  if ((headers.knownMask & maxForwardsField) === 0 || method !== "OPTIONS") return undefined;
  const value = headers.getAll("max-forwards").join();
  if (!number.test(value)) {
    request.body.cancel();
    return createResponse("400 Bad Request\n", { status: 400, headers: plainText });
  }
  if (Number(value) === 0) return lastAnswer(request, 204);
  headers.set("Max-Forwards", String(Math.min(Number(value) - 1, largest)));
  return undefined;
}

function lastAnswer(request: HttpRequest, status: 204 | 405): HttpResponse {
  request.body.cancel();
  return createResponse(undefined, { status, headers: allowed });
}

const allowed = [["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]] as const;
const plainText = [["Content-Type", "text/plain; charset=utf-8"]] as const;
