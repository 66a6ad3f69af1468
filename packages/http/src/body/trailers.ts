import { ChunkedEncodingError } from "../errors.ts";
import { Headers } from "../headers/headers.ts";

const line = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0-\x08\x0a-\x1f\x7f]*)$/;

/**
 * What must not come behind a body: framing, routing, and what a recipient decides by before it reads the content
 * (RFC 9110 section 6.5.1). They are dropped, never merged into the headers.
 */
export const droppedTrailers: ReadonlySet<string> = new Set([
  "authorization",
  "cache-control",
  "client-cert",
  "client-cert-chain",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "range",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "www-authenticate",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** Reads a trailer section with its final empty line. Undefined when nothing in it may be kept. Throws ERR_HTTP_CHUNKED_ENCODING. */
export function parseTrailers(bytes: Buffer): Headers | undefined {
  const lines = bytes.toString("latin1", 0, bytes.length - 4).split("\r\n");
  const kept: [string, string][] = [];
  for (const text of lines) {
    const match = line.exec(text);
    if (match === null) throw new ChunkedEncodingError({ what: "a trailer line is malformed" });
    const [, name, value] = match as unknown as [string, string, string];
    if (!droppedTrailers.has(name.toLowerCase())) kept.push([name, value]);
  }
  return kept.length > 0 ? new Headers(kept) : undefined;
}
