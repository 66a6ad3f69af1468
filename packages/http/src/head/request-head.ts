import type { Headers } from "../headers/headers.ts";
import type { FramingFields } from "./framing-fields.ts";
import type { MessageHead } from "./message-head.ts";

/**
 * The request line and the fields of a request, and what they say about its framing (RFC 9112 sections 3, 5 and 6). Without
 * a class above it, as {@link MessageHead} says.
 */
export class RequestHead implements MessageHead {
  minorVersion: 0 | 1;
  headers: Headers;
  contentLength: number;
  chunked: boolean;
  connectionClose: boolean;
  connectionKeepAlive: boolean;
  connectionOptions: readonly string[] | undefined;
  upgrade: boolean;
  bytes: number;
  method: string;
  /** As it was sent: origin-form, absolute-form of http or https, authority-form of CONNECT or `*` of OPTIONS. */
  target: string;
  /** As `isNormalTarget` says. */
  isTargetNormal: boolean;
  /** Expect is `100-continue`. */
  expectContinue: boolean;
  /** A field name has another character than letters, digits and `-`. */
  ambiguousName: boolean;

  constructor(
    method: string,
    target: string,
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
    this.upgrade = minorVersion === 1 && framing.upgrade;
    this.bytes = bytes;
    this.method = method;
    this.target = target;
    this.isTargetNormal = false;
    this.expectContinue = framing.expectContinue;
    this.ambiguousName = framing.ambiguousName;
  }
}
