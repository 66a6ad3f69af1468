import type { Headers } from "../headers/headers.ts";
import type { FramingFields } from "./framing-fields.ts";
import type { MessageHead } from "./message-head.ts";

/**
 * The status line and the fields of a response, and what they say about its framing. Whether there is a body also
 * depends on the status and on the request (RFC 9112 6.3): that is not judged here. Without a class above it, as
 * {@link MessageHead} says.
 */
export class ResponseHead implements MessageHead {
  minorVersion: 0 | 1;
  headers: Headers;
  contentLength: number;
  chunked: boolean;
  connectionClose: boolean;
  connectionKeepAlive: boolean;
  connectionOptions: readonly string[] | undefined;
  upgrade: boolean;
  bytes: number;
  /** 100 to 599. */
  status: number;
  /** May be empty. */
  reason: string;

  constructor(
    status: number,
    reason: string,
    minorVersion: 0 | 1,
    headers: Headers,
    framing: FramingFields,
    bytes: number,
  ) {
    this.minorVersion = minorVersion;
    this.headers = headers;
    this.contentLength = framing.contentLength;
    this.chunked = framing.chunked;
    this.connectionClose = framing.connectionClose;
    this.connectionKeepAlive = framing.connectionKeepAlive;
    this.connectionOptions = framing.connectionOptions;
    this.upgrade = framing.upgrade;
    this.bytes = bytes;
    this.status = status;
    this.reason = reason;
  }
}
