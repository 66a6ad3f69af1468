import type { Headers } from "../headers/headers.ts";
import { upgradeId } from "../headers/known-fields.ts";
import type { FramingFields } from "./framing-fields.ts";

/** The fields of a message, and what they say about its framing (RFC 9112 sections 5 and 6). */
export class MessageHead {
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

  constructor(minorVersion: 0 | 1, headers: Headers, framing: FramingFields, bytes: number) {
    this.minorVersion = minorVersion;
    this.headers = headers;
    this.contentLength = framing.contentLength;
    this.chunked = framing.chunked;
    this.connectionClose = framing.connectionClose;
    this.connectionKeepAlive = framing.connectionKeepAlive;
    this.connectionOptions = framing.connectionOptions;
    this.upgrade = framing.connectionUpgrade && ((framing.knownMask >>> upgradeId) & 1) !== 0;
    this.bytes = bytes;
  }
}
