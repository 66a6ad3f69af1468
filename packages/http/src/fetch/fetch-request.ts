import type { HttpRequest } from "../message/request.ts";
import { RequestStream } from "./request-stream.ts";
import { requestUrl } from "./request-url.ts";

/** What a {@link Request} is made with beside the message itself. */
export interface FetchRequestOptions {
  readonly scheme: "http" | "https";
  /** Aborts when nobody waits for the response any more. */
  readonly signal: AbortSignal;
}

/** Methods that the Fetch standard knows, and refuses. */
const forbidden = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Whether the Fetch standard has requests with this method. */
export const isFetchMethod = (method: string): boolean => !forbidden.has(method.toUpperCase());

/** A request as the Fetch standard has it. */
export interface FetchRequest {
  readonly request: Request;
  /** Nothing more of it is wanted. */
  readonly discard: (reason: Error | undefined) => void;
}

/**
 * The request as the Fetch standard has it: its body is a stream that is read as fast as the handler takes it. Undefined for a
 * request that has no URL that everybody reads alike.
 */
export function fetchRequest(request: HttpRequest, options: FetchRequestOptions): FetchRequest | undefined {
  const url = requestUrl(request, options.scheme);
  if (url === undefined) return undefined;
  const { method, body } = request;
  const headers = new globalThis.Headers();
  for (const [name, value] of request.headers) headers.append(name, value);
  const init = { method, headers, signal: options.signal };
  // The Fetch standard knows no GET and no HEAD with a body; what it would mean is not defined (RFC 9110 section 9.3.1).
  if (body.length === 0 || method === "GET" || method === "HEAD") {
    return { request: new Request(url, init), discard: (reason) => body.cancel(reason) };
  }
  const arriving = new RequestStream(body);
  // Both ways at once: a response may begin before the request has ended.
  const withBody = { ...init, body: arriving.stream, duplex: "half" } as RequestInit;
  return { request: new Request(url, withBody), discard: (reason) => arriving.discard(reason) };
}
