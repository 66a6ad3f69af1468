import type { Headers } from "../headers/headers.ts";
import { httpDate } from "../headers/http-date.ts";
import { removeHopByHopOfInterim } from "../headers/interim-fields.ts";
import { knownFields } from "../headers/known-fields.ts";
import type { HttpResponse } from "../message/response.ts";
import { addFields, connectionFields, encodeTrailers, type FlatFields } from "./fields.ts";

/** In a response TE means nothing. */
const removed = connectionFields | knownFields("te");
const lengthField = knownFields("content-length");
const dateField = knownFields("date");

function removeConnection(headers: Headers): void {
  if ((headers.knownMask & removed) !== 0) headers.deleteAllOf(removed);
}

/**
 * The fields of a final response. Edits its headers to what is sent. `length` is what is known of
 * the body's, or -1; a message without a body (`bodiless`) may announce what another request would get (RFC 9110 section 8.6).
 */
function encode(response: HttpResponse, bodiless: boolean, length: number): FlatFields {
  const { headers, status } = response;
  removeConnection(headers);
  if (!bodiless) announce(headers, length);
  else if (status === 204) headers.deleteAllOf(lengthField);
  else if (length > 0 && status !== 304 && !headers.has("content-length"))
    headers.set("content-length", `${length}`);
  const fields: FlatFields = [":status", `${status}`];
  addFields(fields, headers);
  if ((headers.knownMask & dateField) === 0) fields.push("date", httpDate());
  return fields;
}

/** The fields of an interim response. Edits `headers` to what is sent. */
function encodeInterim(status: number, headers: Headers): FlatFields {
  removeHopByHopOfInterim(headers);
  const fields: FlatFields = [":status", `${status}`];
  addFields(fields, headers);
  return fields;
}

function announce(headers: Headers, length: number): void {
  if (length < 0) headers.deleteAllOf(lengthField);
  else if (headers.plainLength !== length) headers.set("content-length", `${length}`);
}

/** What a response's fields are on HTTP/2 (RFC 9113 section 8.3.2). */
export const responseFields = { encode, encodeInterim, encodeTrailers };
