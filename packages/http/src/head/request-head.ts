import type { Headers } from "../headers/headers.ts";
import { upgradeId } from "../headers/known-fields.ts";
import type { FramingFields } from "./framing-fields.ts";

/** The request line and the fields of a request, and what they say about its framing (RFC 9112 sections 3, 5 and 6). */
export class RequestHead {
  method: string;
  /** As it was sent: origin-form, absolute-form of http or https, authority-form of CONNECT or `*` of OPTIONS. */
  target: string;
  minorVersion: 0 | 1;
  headers: Headers;
  /** Bytes of the body; -1 when there is no Content-Length. */
  contentLength: number;
  chunked: boolean;
  connectionClose: boolean;
  connectionKeepAlive: boolean;
  /** What Connection names besides close, keep-alive and upgrade, in lower case: fields that end here. */
  connectionOptions: readonly string[] | undefined;
  /** There is an Upgrade field and Connection names it; never in HTTP/1.0 (RFC 9110 7.8). */
  upgrade: boolean;
  /** Expect is `100-continue`. */
  expectContinue: boolean;
  /** Length of the head, from its first line to the empty one. */
  bytes: number;

  constructor(
    method: string,
    target: string,
    minorVersion: 0 | 1,
    headers: Headers,
    framing: FramingFields,
    bytes: number,
  ) {
    this.method = method;
    this.target = target;
    this.minorVersion = minorVersion;
    this.headers = headers;
    this.contentLength = framing.contentLength;
    this.chunked = framing.chunked;
    this.connectionClose = framing.connectionClose;
    this.connectionKeepAlive = framing.connectionKeepAlive;
    this.connectionOptions = framing.connectionOptions;
    this.upgrade =
      minorVersion === 1 && framing.connectionUpgrade && ((framing.knownMask >>> upgradeId) & 1) !== 0;
    this.expectContinue = framing.expectContinue;
    this.bytes = bytes;
  }
}
