import { type Body, bodyFrom, emptyBody, type Headers, type HttpResponse } from "@monolake/http";
import type { Acceptance } from "./acceptance.ts";
import { removeDigests } from "./codec-body.ts";
import type { CodecSlots } from "./codec-slots.ts";
import { type ContentCoding, coders } from "./codings.ts";
import { contentTypeMatcher } from "./content-types.ts";
import { EncodedBody } from "./encoded-body.ts";
import { mayBeTransformed } from "./no-transform.ts";

/** What is encoded, and how well. */
export interface ResponseEncodingOptions {
  readonly types: readonly string[];
  readonly minBytes: number;
  readonly levels: Readonly<Record<ContentCoding, number>>;
  readonly flushMs: number;
}

/** Responses that have no content, or a part of it, which is a part of what it was (RFC 9110 section 14.4). */
const withoutContent = new Set([101, 204, 205, 206, 304]);
/** A body that is here as a whole, and not longer, is encoded at once: it takes less than the way to the thread pool and back. */
const longestWholeBytes = 16 * 1024;

/** Puts codings on the bodies of responses (RFC 9110 section 8.4). */
export class ResponseEncoding {
  readonly #options: ResponseEncodingOptions;
  readonly #isType: (contentType: string) => boolean;
  readonly #slots: CodecSlots;

  constructor(options: ResponseEncodingOptions, slots: CodecSlots) {
    this.#options = options;
    this.#isType = contentTypeMatcher(options.types);
    this.#slots = slots;
  }

  /** Encodes the body of a response, which is no answer to HEAD, if that is allowed and worth it. */
  encode(response: HttpResponse, acceptance: Acceptance): void {
    const { headers, body } = response;
    if (response.status === 304) return dropLength(headers, acceptance);
    if (!isEncodable(response) || body.length === 0) return;
    const coding = this.#choose(headers, bytesOf(body), acceptance);
    if (coding === undefined) return;
    const encoded = this.#encoded(body, coding, isEventStream(headers));
    if (encoded === undefined) return;
    response.body = encoded;
    addVary(headers);
    describeEncoded(headers, coding);
  }

  /** Has the answer to HEAD say what that to GET would say, but for a length that nobody knows (RFC 9110 sections 8.6 and 9.3.2). */
  describe(response: HttpResponse, acceptance: Acceptance): void {
    const { headers, body } = response;
    if (response.status === 304) return dropLength(headers, acceptance);
    const bytes = body.length > 0 ? body.length : Number(headers.get("content-length") ?? -1);
    if (!isEncodable(response) || bytes === 0) return;
    const coding = this.#choose(headers, bytes, acceptance);
    if (coding === undefined) return;
    body.cancel();
    response.body = emptyBody;
    addVary(headers);
    describeEncoded(headers, coding);
  }

  /** The coding for so many bytes, -1 when that is not known; says to caches that there is a choice. */
  #choose(headers: Headers, bytes: number, { coding, identity }: Acceptance): ContentCoding | undefined {
    const worthIt =
      (bytes < 0 || bytes >= this.#options.minBytes) && this.#isType(headers.get("content-type") ?? "");
    if (worthIt) addVary(headers);
    // A client that takes nothing as it is gets it encoded even where that is not worth it.
    return worthIt || !identity ? coding : undefined;
  }

  /** Undefined where there is no memory for it now. */
  #encoded(body: Body, coding: ContentCoding, live: boolean): Body | undefined {
    const level = this.#options.levels[coding];
    const whole = body.whole;
    if (whole !== undefined && whole.length <= longestWholeBytes) {
      const encoded = coders[coding].encode(whole, level);
      body.cancel();
      return bodyFrom(encoded);
    }
    if (!this.#slots.free) return undefined;
    const flushMs = live ? 0 : this.#options.flushMs;
    return new EncodedBody(body, { coding, level, flushMs, slots: this.#slots });
  }
}

const bytesOf = (body: Body): number => (body.length >= 0 ? body.length : (body.whole?.length ?? -1));

/** What a 304 is about may have been sent in a coding: then its length is another one (RFC 9110 section 8.6). */
function dropLength(headers: Headers, { coding }: Acceptance): void {
  if (coding !== undefined && mayBeTransformed(headers)) headers.delete("Content-Length");
}

function isEncodable({ status, headers }: HttpResponse): boolean {
  if (withoutContent.has(status)) return false;
  // Never twice; and a part of it cannot be told in bytes of the whole.
  const encoded = headers.getList("content-encoding").some((coding) => coding.toLowerCase() !== "identity");
  return !encoded && !headers.has("content-range") && mayBeTransformed(headers);
}

/** Each event is for now. */
const isEventStream = (headers: Headers): boolean =>
  /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");

/** Caches keep it apart from what others are sent (RFC 9110 section 12.5.5). */
function addVary(headers: Headers): void {
  const names = headers.getList("vary").map((name) => name.toLowerCase());
  if (!names.includes("*") && !names.includes("accept-encoding")) headers.append("Vary", "Accept-Encoding");
}

/** What holds for the content as it was, holds no more. */
function describeEncoded(headers: Headers, coding: ContentCoding): void {
  headers.set("Content-Encoding", coding);
  headers.delete("Content-Length");
  headers.delete("Accept-Ranges");
  removeDigests(headers);
  const etag = headers.get("etag");
  // RFC 9110 section 8.8.1: not the same bytes, but the same meaning.
  if (etag?.startsWith('"')) headers.set("ETag", `W/${etag}`);
}
