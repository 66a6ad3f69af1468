import { checkRequestLine } from "../client/check-request-line.ts";
import { requestFraming } from "../h1/request-framing.ts";
import { knownFields } from "../headers/known-fields.ts";
import type { HttpRequest } from "../message/request.ts";
import { addFields, connectionFields, type FlatFields } from "./fields.ts";

const lengthField = knownFields("content-length");
const teField = knownFields("te");
const hostField = knownFields("host");

/** A request as a stream begins with it. */
export interface SentRequest {
  readonly fields: FlatFields;
  /** What is announced of its body, or -1. */
  readonly length: number;
  readonly endStream: boolean;
  /** It asks for a tunnel: its stream stays open, and no body follows. */
  readonly tunnel: boolean;
}

/**
 * The fields of a request (RFC 9113 section 8.3.1). Edits its headers to what is sent. Throws ERR_HTTP_INVALID_REQUEST for what
 * would be another request on the wire.
 */
export function encodeRequest(request: HttpRequest, scheme: "http" | "https"): SentRequest {
  checkRequestLine(request);
  const { headers, method, target, body } = request;
  if ((headers.knownMask & connectionFields) !== 0) headers.deleteAllOf(connectionFields);
  // RFC 9113 section 8.2.2: this, and nothing else.
  if ((headers.knownMask & teField) !== 0 && !headers.hasOnly("te", "trailers")) headers.deleteAllOf(teField);
  const framing = requestFraming(request);
  const length = body.length >= 0 ? body.length : (body.whole?.length ?? -1);
  if (framing !== "length") headers.deleteAllOf(lengthField);
  else if (headers.plainLength !== length) headers.set("content-length", `${length}`);
  const fields: FlatFields = [":method", method, ":scheme", scheme, ":path", target];
  const host = headers.get("host");
  if (host !== undefined) fields.push(":authority", host);
  if ((headers.knownMask & hostField) !== 0) headers.deleteAllOf(hostField);
  addFields(fields, headers);
  if (host !== undefined) headers.append("Host", host);
  if (request.expectContinue) fields.push("expect", "100-continue");
  return { fields, length, endStream: framing === "none" || length === 0, tunnel: false };
}
