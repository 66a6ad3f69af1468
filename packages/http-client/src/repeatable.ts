import type { HttpRequest } from "@monolake/http";

/** Methods that may be carried out twice with the effect of once (RFC 9110 section 9.2.2). */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Whether a request may be sent a second time after it was sent and nothing came back: its method is idempotent, it has
 * no body, which would be gone, and it asks for no upgrade.
 */
export const isRepeatable = (request: HttpRequest): boolean =>
  request.body.length === 0 && !request.upgrade && idempotent.has(request.method);
