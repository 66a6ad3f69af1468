import type { BodyFraming } from "../body/body-decoder.ts";
import { InvalidResponseError } from "../errors.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";
import type { WrittenFraming } from "./message-writer.ts";

const reasonForbidden = /[^\t\x20-\x7e\x80-\xff]/;

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

/** Throws ERR_HTTP_INVALID_RESPONSE for what must not reach a client, also where no type kept it away. */
export function checkResponse(response: HttpResponse): void {
  if (typeof response?.body?.pipe !== "function" || typeof response.reason !== "string") {
    throw new InvalidResponseError({ what: "it is no HttpResponse" });
  }
  const { status, reason } = response;
  if (!Number.isInteger(status) || status < 101 || status > 999) {
    throw new InvalidResponseError({ what: `its status is ${String(status)}` });
  }
  if (status < 200 && (status !== 101 || response.upgraded === undefined)) {
    throw new InvalidResponseError({
      what: `${status} is not a final response; 101 needs an upgraded function`,
    });
  }
  if (reason !== statusText(status) && reasonForbidden.test(reason))
    throw new InvalidResponseError({ what: "its reason has a forbidden character" });
}

/** How a response's body is found in what an upstream sends (RFC 9112 section 6.3). */
export function receivedFraming(head: ResponseHead, method: string): BodyFraming | "none" {
  // These never have a body, whatever their fields say.
  if (method === "HEAD" || head.status === 204 || head.status === 304) return "none";
  if (head.chunked) return "chunked";
  if (head.contentLength === 0) return "none";
  return head.contentLength > 0 ? "length" : "close";
}
