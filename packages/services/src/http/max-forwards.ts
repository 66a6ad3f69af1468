import { createResponse, type HttpRequest, type HttpResponse, knownFields } from "@monolake/http";

const maxForwardsField = knownFields("max-forwards");
const number = /^\d{1,9}$/;

/**
 * Counts a TRACE or OPTIONS request's Max-Forwards down (RFC 9110 section 7.6.2). Gives the answer when it has come as far as
 * it may: whoever gets it then is the one who was asked.
 */
export function answerOfLastRecipient(request: HttpRequest): HttpResponse | undefined {
  const { method, headers } = request;
  if ((headers.knownMask & maxForwardsField) === 0) return undefined;
  if (method !== "TRACE" && method !== "OPTIONS") return undefined;
  const value = headers.getAll("max-forwards").join();
  if (number.test(value) && Number(value) > 0) {
    headers.set("Max-Forwards", String(Number(value) - 1));
    return undefined;
  }
  request.body.cancel();
  if (value !== "0") return createResponse("400 Bad Request\n", { status: 400, headers: plainText });
  const allowed = [["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE"]] as const;
  // A TRACE would send back what others have put in, credentials too.
  return createResponse(undefined, { status: method === "TRACE" ? 405 : 204, headers: allowed });
}

const plainText = [["Content-Type", "text/plain; charset=utf-8"]] as const;
