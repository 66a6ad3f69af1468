import { createHash, randomBytes } from "node:crypto";
import { InvalidResponseError } from "../errors.ts";
import type { RequestHead } from "../head/request-head.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpResponse } from "../message/response.ts";

/** RFC 6455 section 1.3. */
const websocketId = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The protocol that is known by the name of its Upgrade, too (RFC 8441 section 5). */
export const websocketProtocol = "websocket";

/**
 * Makes of an extended CONNECT what the services inside know: the request of HTTP/1.1 that asks for an upgrade. The key that
 * belongs to it there has no use here, where nothing mistakes one protocol for another.
 */
export function toUpgrade(head: RequestHead, protocol: string): void {
  head.upgrade = true;
  head.headers.set("Upgrade", protocol);
  head.headers.set("Sec-WebSocket-Key", randomBytes(16).toString("base64"));
}

/**
 * Makes of a 101 what answers an extended CONNECT: a 200 without what is about the handshake of HTTP/1.1. Throws
 * ERR_HTTP_INVALID_RESPONSE where that does not fit its key.
 */
export function fromUpgrade(request: Headers, response: HttpResponse): void {
  const expected = acceptOf(request);
  const { headers } = response;
  if (headers.get("sec-websocket-accept") !== expected)
    throw new InvalidResponseError({ what: "its Sec-WebSocket-Accept is of another request" });
  headers.delete("sec-websocket-accept");
  response.status = 200;
}

/** The Sec-WebSocket-Accept for a request (RFC 6455 section 4.2.2). */
export const acceptOf = (request: Headers): string =>
  createHash("sha1")
    .update((request.get("sec-websocket-key") ?? "") + websocketId)
    .digest("base64");
