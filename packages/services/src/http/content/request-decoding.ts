import {
  type Body,
  bodyFrom,
  createResponse,
  type HttpRequest,
  type HttpResponse,
  knownFields,
} from "@monolake/http";
import { removeDigests } from "./codec-body.ts";
import type { CodecSlots } from "./codec-slots.ts";
import { type ContentCoding, coders, codingOf, contentCodings, type DecodedWhole } from "./codings.ts";
import { DecodedBody } from "./decoded-body.ts";
import { DecodingBudget, type DecodingLimits } from "./decoding-budget.ts";
import { ContentBusyError, ContentDecodingError } from "./errors.ts";
import { mayBeTransformed } from "./no-transform.ts";

const contentEncodingField = knownFields("content-encoding");
const contentLengthField = knownFields("content-length");
/** Codings of one body: more than anybody has a use for, and each costs memory. */
const maxCodings = 4;
/** A body that is here as a whole, and not longer, is decoded at once, if what it becomes is not long either. */
const longestWholeBytes = 16 * 1024;
const longestDecodedBytes = 64 * 1024;

/** Takes the codings off the bodies of requests (RFC 9110 section 8.4). */
export class RequestDecoding {
  readonly #limits: DecodingLimits;
  readonly #slots: CodecSlots;

  constructor(limits: DecodingLimits, slots: CodecSlots) {
    this.#limits = limits;
    this.#slots = slots;
  }

  /**
   * Gives the request a body without codings; or the answer to one whose codings are not known. Throws ERR_CONTENT_DECODING
   * and ERR_CONTENT_BUSY; what is wrong with a body that has yet to come breaks it off.
   */
  decode(request: HttpRequest): HttpResponse | undefined {
    const { headers, body } = request;
    if ((headers.knownMask & contentEncodingField) === 0 || body.length === 0) return undefined;
    if (!mayBeTransformed(headers)) return undefined;
    const names = headers.getList("content-encoding").filter((name) => name.toLowerCase() !== "identity");
    const codings = names.map(codingOf).filter((coding) => coding !== undefined);
    if (codings.length !== names.length || codings.length > maxCodings) return unsupported();
    if (codings.length === 0) return undefined;
    // What was put on last comes off first.
    request.body = this.#decoded(body, codings.reverse());
    headers.deleteAllOf(contentEncodingField | contentLengthField);
    removeDigests(headers);
    return undefined;
  }

  #decoded(body: Body, codings: readonly ContentCoding[]): Body {
    const whole = body.whole;
    if (whole !== undefined && whole.length <= longestWholeBytes) {
      const maxBytes = Math.min(longestDecodedBytes, this.#limits.maxDecodedBytes);
      const decoded = decodeWhole(whole, codings, maxBytes);
      if (decoded !== undefined) {
        body.cancel();
        return bodyFrom(decoded);
      }
    }
    if (!this.#slots.free) throw new ContentBusyError({ maxBodies: this.#slots.most, status: 503 });
    const budget = new DecodingBudget(this.#limits);
    return codings.reduce<Body>(
      (source, coding, index) =>
        new DecodedBody(source, { coding, budget, outermost: index === 0, slots: this.#slots }),
      body,
    );
  }
}

/** Undefined for what becomes longer than `maxBytes`, or has such a coding: that is decoded as it comes. */
function decodeWhole(whole: Buffer, codings: readonly ContentCoding[], maxBytes: number): Buffer | undefined {
  let bytes = whole;
  for (const coding of codings) {
    if (bytes.length === 0) return bytes;
    const { decode } = coders[coding];
    if (decode === undefined) return undefined;
    try {
      bytes = exactly(decode(bytes, maxBytes), bytes.length);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return undefined;
      throw new ContentDecodingError({ coding, status: 400, cause: error });
    }
  }
  return bytes;
}

function exactly({ buffer, usedBytes }: DecodedWhole, length: number): Buffer {
  if (usedBytes < length) throw new Error(`${length - usedBytes} bytes follow the content`);
  return buffer;
}

/** RFC 9110 section 15.5.16: the answer says what would be taken. What comes of the body is the connection's matter. */
function unsupported(): HttpResponse {
  return createResponse("415 Unsupported Media Type\n", {
    status: 415,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Accept-Encoding", contentCodings.join(", ")],
    ],
  });
}
