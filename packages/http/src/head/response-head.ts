import type { Headers } from "../headers/headers.ts";
import type { FramingFields } from "./framing-fields.ts";
import { MessageHead } from "./message-head.ts";

/**
 * The status line and the fields of a response, and what they say about its framing. Whether there is a body also
 * depends on the status and on the request (RFC 9112 6.3): that is not judged here.
 */
export class ResponseHead extends MessageHead {
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
    super(minorVersion, headers, framing, bytes);
    this.status = status;
    this.reason = reason;
  }
}
