import { MonolakeError } from "@monolake/errors";
import { type HttpRequest, UpstreamClosedError } from "@monolake/http";
import { isRepeatable } from "@monolake/http-client";

/** Failures before anything of the request was sent: it may go elsewhere, whatever it is. */
const beforeSending = new Set([
  "ERR_UPSTREAM_CONNECT_REFUSED",
  "ERR_UPSTREAM_CONNECT_TIMEOUT",
  "ERR_UPSTREAM_UNREACHABLE",
  "ERR_UPSTREAM_CONNECT_FAILED",
  "ERR_NAME_NOT_FOUND",
  "ERR_RESOLVER_TIMEOUT",
  "ERR_RESOLVER_FAILED",
  "ERR_POOL_QUEUE_FULL",
  "ERR_POOL_WAIT_TIMEOUT",
]);

/**
 * Whether a request that failed so at one upstream may be sent to another one: nothing of it was sent, or it was, but
 * it is repeatable, and not a byte of an answer has come.
 */
export function mayGoElsewhere(error: unknown, request: HttpRequest): boolean {
  if (!MonolakeError.is(error)) return false;
  if (beforeSending.has(error.code)) return true;
  return error instanceof UpstreamClosedError && error.unanswered && isRepeatable(request);
}
