import { ChunkedEncodingError } from "../errors.ts";
import type { AmbiguousFields } from "../headers/ambiguous-fields.ts";
import { Headers } from "../headers/headers.ts";

const line = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0-\x08\x0a-\x1f\x7f]*)$/;

/** Reads a trailer section with its final empty line. Undefined when nothing in it may be kept. Throws ERR_HTTP_CHUNKED_ENCODING. */
export function parseTrailers(bytes: Buffer, names: AmbiguousFields): Headers | undefined {
  const lines = bytes.toString("latin1", 0, bytes.length - 4).split("\r\n");
  const kept: [string, string][] = [];
  for (const text of lines) {
    const match = line.exec(text);
    if (match === null) throw new ChunkedEncodingError({ what: "a trailer line is malformed" });
    const [, name, value] = match as unknown as [string, string, string];
    if (names.isTrailer(name)) kept.push([name, value]);
  }
  return kept.length > 0 ? new Headers(kept) : undefined;
}
