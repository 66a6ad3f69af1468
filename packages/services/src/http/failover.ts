import { type HttpRequest, UpstreamClosedError } from "@monolake/http";
import { isRepeatable } from "@monolake/http-client";
import { isUnsent } from "../common/unsent-failure.ts";

/**
 * Whether a request that failed so at one upstream may be sent to another one: nothing of it was sent, or it was, but
 * it is repeatable, and not a byte of an answer has come.
 */
export function mayGoElsewhere(error: unknown, request: HttpRequest): boolean {
  if (isUnsent(error)) return true;
  return error instanceof UpstreamClosedError && error.unanswered && isRepeatable(request);
}
