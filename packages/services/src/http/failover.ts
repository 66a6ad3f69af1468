import { type HttpRequest, UpstreamClosedError, UpstreamRefusedError } from "@monolake/http";
import { isRepeatable } from "@monolake/http-client";
import { isUnsent } from "../common/unsent-failure.ts";

/**
 * Whether a request that failed so at one upstream may be sent to another one: nothing of it was sent, or the upstream has not
 * looked at it, or it is repeatable, and not a byte of an answer has come.
 */
export function mayGoElsewhere(error: unknown, request: HttpRequest): boolean {
  if (isUnsent(error)) return true;
  // What was read of a body is gone.
  if (error instanceof UpstreamRefusedError) return request.body.length === 0;
  return error instanceof UpstreamClosedError && error.unanswered && isRepeatable(request);
}
