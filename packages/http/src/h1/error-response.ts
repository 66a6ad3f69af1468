import { type HttpResponse, createResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";

/** A short answer in plain text that names the status and nothing of what happened inside. */
export function errorResponse(status: number): HttpResponse {
  return createResponse(`${status} ${statusText(status)}\n`, {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
  });
}

/** The status an error asks for by its `status` field, 500 for any other. */
export function statusOfError(error: unknown): number {
  const status = typeof error === "object" && error !== null ? (error as { readonly status?: unknown }).status : undefined;
  return typeof status === "number" && status >= 400 && status <= 599 ? status : 500;
}
