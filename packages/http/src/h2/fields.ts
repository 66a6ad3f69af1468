import type { AmbiguousFields } from "../headers/ambiguous-fields.ts";
import { Headers } from "../headers/headers.ts";
import { knownFields } from "../headers/known-fields.ts";

/** What no message of HTTP/2 may have (RFC 9113 section 8.2.2): it says itself how a connection goes on. */
export const connectionFields: number = knownFields(
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
);

/** Behind content TE means nothing, either. */
const notInTrailers = connectionFields | knownFields("te");

/** Names and values one after another. */
export type FlatFields = string[];

/** Adds the fields of a message; the encoder makes their names lower case. */
export function addFields(fields: FlatFields, headers: Headers): void {
  for (const [name, value] of headers) fields.push(name, value);
}

/** Whether a section may stand behind content: it has no pseudo-header fields (RFC 9113 section 8.1). */
export const areTrailers = (fields: readonly string[]): boolean =>
  !fields.some((name, at) => at % 2 === 0 && name.startsWith(":"));

/** The fields behind a body. Edits `trailers` to what is sent. */
export function encodeTrailers(trailers: Headers): FlatFields {
  const fields: FlatFields = [];
  trailers.deleteAllOf(notInTrailers);
  addFields(fields, trailers);
  return fields;
}

/** A trailer section without what must not come behind a body; undefined when nothing is left. */
export function trailersFrom(fields: readonly string[], names: AmbiguousFields): Headers | undefined {
  const kept: [string, string][] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] as string;
    if (names.isTrailer(name)) kept.push([name, fields[at + 1] as string]);
  }
  return kept.length > 0 ? new Headers(kept) : undefined;
}
