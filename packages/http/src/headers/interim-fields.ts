import type { Headers } from "./headers.ts";
import { knownFields } from "./known-fields.ts";

const connectionField = knownFields("connection");
/** Of one connection only, and of content, which an interim response has none of (RFC 9110 sections 7.6.1 and 8.6). */
const notForwarded = knownFields(
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
);

/** Takes out of an interim response what concerned the connection that it came on: nobody else sees it on its way to the client. */
export function removeHopByHopOfInterim(headers: Headers): void {
  if ((headers.knownMask & notForwarded) === 0) return;
  if ((headers.knownMask & connectionField) !== 0)
    for (const name of headers.getTokens("connection")) headers.delete(name);
  headers.deleteAllOf(notForwarded);
}
