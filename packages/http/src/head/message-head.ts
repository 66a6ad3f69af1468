import type { Headers } from "../headers/headers.ts";

/**
 * The fields of a message, and what they say about its framing (RFC 9112 sections 5 and 6). No class for both kinds to be made of:
 * V8 would not inline it, and there are two heads for each request.
 */
export interface MessageHead {
  minorVersion: 0 | 1;
  headers: Headers;
  /** Bytes of the body; -1 when there is no Content-Length. */
  contentLength: number;
  chunked: boolean;
  connectionClose: boolean;
  connectionKeepAlive: boolean;
  /** What Connection names besides close, keep-alive and upgrade, in lower case: fields that end here. */
  connectionOptions: readonly string[] | undefined;
  /** There is an Upgrade field and Connection names it; in a request never in HTTP/1.0 (RFC 9110 7.8). */
  upgrade: boolean;
  /** Length of the head, from its first line to the empty one. */
  bytes: number;
}
