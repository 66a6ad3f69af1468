import { MonolakeError } from "@monolake/errors";
import type { HeadersInit } from "../headers/headers.ts";
import { createResponse, type HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";

/** A short answer in plain text that names the status and nothing of what happened inside. */
export function errorResponse(
  status: number,
  headers: Iterable<readonly [string, string]> = [],
): HttpResponse {
  const fields: HeadersInit = [["Content-Type", "text/plain; charset=utf-8"], ...headers];
  return createResponse(`${status} ${statusText(status)}\n`, { status, headers: fields });
}

/** RFC 9110 section 15.5.6: a 405 says what is allowed. Not TRACE: no service of ours answers it with anything else. */
export function methodNotAllowed(): HttpResponse {
  return errorResponse(405, [["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]]);
}

const statusOfCode: ReadonlyMap<string, number> = new Map([
  ["ERR_HTTP_BODY_TOO_LARGE", 413],
  ["ERR_HTTP_CHUNKED_ENCODING", 400],
  ["ERR_HTTP_INCOMPLETE_MESSAGE", 400],
  ["ERR_HTTP_CLIENT_TIMEOUT", 408],
  ["ERR_HTTP_REQUEST_TIMEOUT", 504],
  ["ERR_HTTP_UPSTREAM_TIMEOUT", 504],
]);

/** The status for an error: its `status` field, else what its code or its source stands for, else 500. */
export function statusOfError(error: unknown): number {
  const status =
    typeof error === "object" && error !== null ? (error as { readonly status?: unknown }).status : undefined;
  if (typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599) return status;
  if (!MonolakeError.is(error)) return 500;
  return statusOfCode.get(error.code) ?? (error.source === "upstream" ? 502 : 500);
}
