import type { Headers } from "../headers/headers.ts";
import { upgradeId } from "../headers/known-fields.ts";
import type { FramingFields } from "./framing-fields.ts";

/**
 * The status line and the fields of a response, and what they say about its framing. Whether there is a body also
 * depends on the status and on the request (RFC 9112 6.3): that is not judged here.
 */
export class ResponseHead {
  /** 100 to 599. */
  status: number;
  /** May be empty. */
  reason: string;
  minorVersion: 0 | 1;
  headers: Headers;
  /** Bytes of the body; -1 when there is no Content-Length. */
  contentLength: number;
  chunked: boolean;
  connectionClose: boolean;
  connectionKeepAlive: boolean;
  /** What Connection names besides close, keep-alive and upgrade, in lower case: fields that end here. */
  connectionOptions: readonly string[] | undefined;
  /** There is an Upgrade field and Connection names it. */
  upgrade: boolean;
  /** Length of the head, from its first line to the empty one. */
  bytes: number;

  constructor(
    status: number,
    reason: string,
    minorVersion: 0 | 1,
    headers: Headers,
    framing: FramingFields,
    bytes: number,
  ) {
    this.status = status;
    this.reason = reason;
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
