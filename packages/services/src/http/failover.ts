import { MonolakeError } from "@monolake/errors";
import { type HttpRequest, UpstreamClosedError } from "@monolake/http";

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

/** Methods that may be carried out twice with the effect of once (RFC 9110 section 9.2.2). */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Whether a request that failed so at one upstream may be sent to another one: nothing of it was sent, or it was, but
 * without a body, its method is idempotent, and not a byte of an answer has come.
 */
export function mayGoElsewhere(error: unknown, request: HttpRequest): boolean {
  if (!MonolakeError.is(error)) return false;
  if (beforeSending.has(error.code)) return true;
  if (!(error instanceof UpstreamClosedError) || !error.unanswered) return false;
  return request.body.length === 0 && !request.upgrade && idempotent.has(request.method);
}
