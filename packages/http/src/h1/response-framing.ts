import type { BodyFraming } from "../body/body-decoder.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpResponse } from "../message/response.ts";
import type { WrittenFraming } from "./message-writer.ts";

/** How a response's body is framed (RFC 9112 section 6.3). May set Content-Length for what has no body on the wire. */
export function responseFraming(
  response: HttpResponse,
  method: string,
  version: "1.0" | "1.1",
): WrittenFraming {
  const { status, body } = response;
  if (status === 204 || status === 304) return "none";
  if (method === "HEAD") {
    // RFC 9110 section 8.6: what GET would announce may be announced here.
    if (body.length > 0 && !response.headers.has("content-length")) {
      response.headers.set("Content-Length", String(body.length));
    }
    return "none";
  }
  // A chunked body that is here as a whole needs no chunks to go on.
  if (body.length >= 0 || body.whole !== undefined) return "length";
  return version === "1.1" ? "chunked" : "close";
}

/** How a response's body is found in what an upstream sends (RFC 9112 section 6.3). */
export function receivedFraming(head: ResponseHead, method: string): BodyFraming | "none" {
  // These never have a body, whatever their fields say.
  if (method === "HEAD" || head.status === 204 || head.status === 304) return "none";
  if (head.chunked) return "chunked";
  if (head.contentLength === 0) return "none";
  return head.contentLength > 0 ? "length" : "close";
}
