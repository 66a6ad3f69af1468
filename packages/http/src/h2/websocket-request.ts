import { checkRequestLine } from "../client/check-request-line.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpRequest } from "../message/request.ts";
import { statusText } from "../message/status-text.ts";
import { acceptOf, websocketProtocol } from "./extended-connect.ts";
import type { FlatFields } from "./fields.ts";
import type { SentRequest } from "./request-fields.ts";

/** Whether a request asks for a WebSocket. HTTP/2 knows no other upgrade; those may be ignored (RFC 9110 section 7.8). */
export const asksForWebSocket = ({ headers }: HttpRequest): boolean =>
  headers.getList("upgrade").some((protocol) => protocol.toLowerCase() === websocketProtocol);

/** Sixteen bytes in Base64. */
const keySyntax = /^[\w+/]{22}==$/;

/** Whether a request that asks for a WebSocket does it as it has to (RFC 6455 section 4.1): nobody else looks at what stays here. */
export const isHandshake = ({ headers, method, body }: HttpRequest): boolean =>
  method === "GET" && body.length === 0 && keySyntax.test(headers.get("sec-websocket-key") ?? "");

/** What belongs to the handshake of HTTP/1.1, or to its connection; Host is in `:authority`. */
const leftOut = new Set([
  "connection",
  "content-length",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "sec-websocket-key",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The fields of an extended CONNECT that asks for the WebSocket of a request of HTTP/1.1 (RFC 8441 section 5). The request stays as
 * it is: it may have to be sent again. Throws ERR_HTTP_INVALID_REQUEST.
 */
export function encodeWebSocketRequest(request: HttpRequest, scheme: "http" | "https"): SentRequest {
  checkRequestLine(request);
  const { headers, target } = request;
  const fields: FlatFields = [":method", "CONNECT", ":protocol", websocketProtocol];
  fields.push(":scheme", scheme, ":path", target, ":authority", headers.get("host") ?? "");
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!leftOut.has(lower)) fields.push(lower, value);
  }
  return { fields, length: -1, endStream: false, tunnel: true };
}

/** Makes of the head that accepts an extended CONNECT what answers its request in HTTP/1.1: a 101. */
export function toSwitching(
  request: HttpRequest,
  { headers }: ResponseHead,
): Pick<ResponseHead, "reason" | "headers"> {
  headers.delete("content-length");
  headers.set("Upgrade", websocketProtocol);
  headers.set("Sec-WebSocket-Accept", acceptOf(request.headers));
  return { reason: statusText(101), headers };
}
