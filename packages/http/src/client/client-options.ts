import { type BodyLimits, defaultBodyLimits } from "../body/body-limits.ts";
import { type HeadLimits, resolveHeadLimits } from "../head/head-limits.ts";
import type { Parsing } from "../head/parsing.ts";

/** What only connections of HTTP/2 have. */
export interface Http2ClientOptions {
  /** Requests at the same time on one connection, where the server allows as many. Default 100. */
  readonly maxConcurrentStreams?: number;
  /** How long a server may take to answer a ping, which asks whether it is there after an answer was late. Default 5,000. */
  readonly pingTimeoutMs?: number;
  /**
   * Settings again, fields that are too large, and frames without a use beyond those that go with requests and content: more than so many
   * in `windowMs`, and the connection ends with ENHANCE_YOUR_CALM. 0 for any number. Default 100.
   */
  readonly maxOffences?: number;
  /** Default 10,000. */
  readonly windowMs?: number;
}

/** Limits and timeouts of the client side of HTTP. 0 switches a timeout off. */
export interface HttpClientConnectionOptions {
  /** From the request's last byte (or the last 1xx) to the response's head. Default 30,000. */
  readonly responseHeadTimeoutMs?: number;
  /**
   * How long a body that the client's own peer holds back waits for a 100 (RFC 9110 section 10.1.1), before it is asked for
   * without one. 0: it is asked for at once, and the server hears nothing of the expectation. Default 1,000.
   */
  readonly continueTimeoutMs?: number;
  /** Between two parts of a response body. Default 30,000. */
  readonly bodyIdleTimeoutMs?: number;
  /** How long the request may make no progress because the peer takes nothing. Default 10,000. */
  readonly writeStallTimeoutMs?: number;
  /** A connection that left HTTP (WebSocket) moves no byte either way; both sides are closed. Default 3,600,000. */
  readonly tunnelIdleTimeoutMs?: number;
  /** Of a response: status line and fields. Default 32 KiB. */
  readonly maxHeadBytes?: number;
  /** Default 128. */
  readonly maxHeaderFields?: number;
  /** A larger response body breaks off with ERR_HTTP_BODY_TOO_LARGE. Default 0: no limit. */
  readonly maxBodyBytes?: number;
  /** Of all extensions of the chunks of one body together. Default 4 KiB. */
  readonly maxChunkExtensionBytes?: number;
  /** Of the trailer section of one body. Default 8 KiB. */
  readonly maxTrailerBytes?: number;
  /** `compat` takes what RFC 9112 leaves open; what is sent on is in canonical form all the same. Default `strict`. */
  readonly parsing?: Parsing;
  readonly http2?: Http2ClientOptions;
}

/** Options with every default filled in. */
export type ResolvedHttpClientConnectionOptions = Required<
  Omit<HttpClientConnectionOptions, "maxHeadBytes" | "maxHeaderFields" | "http2">
> &
  Pick<BodyLimits, "ambiguousFields"> & {
    readonly headLimits: HeadLimits;
    readonly http2: Required<Http2ClientOptions>;
  };

/** Fills in the defaults. */
export function resolveHttpClientConnectionOptions(
  options: HttpClientConnectionOptions = {},
): ResolvedHttpClientConnectionOptions {
  return {
    continueTimeoutMs: options.continueTimeoutMs ?? 1_000,
    responseHeadTimeoutMs: options.responseHeadTimeoutMs ?? 30_000,
    bodyIdleTimeoutMs: options.bodyIdleTimeoutMs ?? 30_000,
    writeStallTimeoutMs: options.writeStallTimeoutMs ?? 10_000,
    tunnelIdleTimeoutMs: options.tunnelIdleTimeoutMs ?? 3_600_000,
    headLimits: resolveHeadLimits({ maxHeadBytes: options.maxHeadBytes, maxFields: options.maxHeaderFields }),
    maxBodyBytes: options.maxBodyBytes ?? defaultBodyLimits.maxBodyBytes,
    maxChunkExtensionBytes: options.maxChunkExtensionBytes ?? defaultBodyLimits.maxChunkExtensionBytes,
    maxTrailerBytes: options.maxTrailerBytes ?? defaultBodyLimits.maxTrailerBytes,
    parsing: options.parsing ?? "strict",
    ambiguousFields: defaultBodyLimits.ambiguousFields,
    http2: {
      maxConcurrentStreams: options.http2?.maxConcurrentStreams ?? 100,
      pingTimeoutMs: options.http2?.pingTimeoutMs ?? 5_000,
      maxOffences: options.http2?.maxOffences ?? 100,
      windowMs: options.http2?.windowMs ?? 10_000,
    },
  };
}
