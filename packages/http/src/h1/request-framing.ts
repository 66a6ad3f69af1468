import type { HttpRequest } from "../message/request.ts";
import type { WrittenFraming } from "./message-writer.ts";

/** Methods whose request says that it has no content by `Content-Length: 0` (RFC 9110 section 8.6). */
const contentMethods = new Set(["POST", "PUT", "PATCH"]);

/** How a request's body is framed (RFC 9112 section 6.3). */
export function requestFraming(request: HttpRequest): WrittenFraming {
  const { body } = request;
  if (body.length > 0) return "length";
  if (body.length === 0)
    return request.method !== "GET" && contentMethods.has(request.method) ? "length" : "none";
  return body.whole === undefined ? "chunked" : "length";
}
