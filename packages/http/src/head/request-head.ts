import type { Headers } from "../headers/headers.ts";
import type { FramingFields } from "./framing-fields.ts";
import { MessageHead } from "./message-head.ts";

/** The request line and the fields of a request, and what they say about its framing (RFC 9112 sections 3, 5 and 6). */
export class RequestHead extends MessageHead {
  method: string;
  /** As it was sent: origin-form, absolute-form of http or https, authority-form of CONNECT or `*` of OPTIONS. */
  target: string;
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
    super(minorVersion, headers, framing, bytes);
    this.method = method;
    this.target = target;
    if (minorVersion === 0) this.upgrade = false;
    this.expectContinue = framing.expectContinue;
    this.ambiguousName = framing.ambiguousName;
  }
}
