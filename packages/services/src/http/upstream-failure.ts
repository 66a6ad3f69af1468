import { MonolakeError } from "@monolake/errors";

/** Errors that stand for an answer that did not come in time. */
const timeouts = new Set([
  "ERR_HTTP_UPSTREAM_TIMEOUT",
  "ERR_UPSTREAM_CONNECT_TIMEOUT",
  "ERR_RESOLVER_TIMEOUT",
]);
/** Errors that stand for nobody being there to take the request now. */
const unavailable = new Set(["ERR_POOL_QUEUE_FULL", "ERR_POOL_WAIT_TIMEOUT", "ERR_POOL_CLOSED"]);

/** The status for a request that its upstream did not answer: 504 too late, 503 nobody free, 502 anything else (RFC 9110 section 15.6). */
export function statusOfUpstreamFailure(error: unknown): 502 | 503 | 504 {
  if (!MonolakeError.is(error)) return 502;
  if (timeouts.has(error.code)) return 504;
  return unavailable.has(error.code) ? 503 : 502;
}
