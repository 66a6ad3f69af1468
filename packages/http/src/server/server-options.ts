import { defaultBodyLimits } from "../body/body-limits.ts";
import { type HeadLimits, resolveHeadLimits } from "../head/head-limits.ts";
import type { Parsing } from "../head/parsing.ts";
import { AmbiguousFields, type AmbiguousFieldsMode } from "../headers/ambiguous-fields.ts";
import type { ExchangeListener } from "../http-exchange.ts";
import type { HttpContext } from "../http-handler.ts";
import type { HttpRequest } from "../message/request.ts";

/** What only connections of HTTP/2 have. */
export interface Http2ServerOptions {
  /** Requests at the same time on one connection. Default 100. */
  readonly maxConcurrentStreams?: number;
  /**
   * Streams that are reset by either side before their answer is complete, settings again, and frames without a use beyond those that go with
   * requests and content: more than so many in `windowMs`, and the connection ends with ENHANCE_YOUR_CALM. 0 for any number. Default 100.
   */
  readonly maxOffences?: number;
  /** Default 10,000. */
  readonly windowMs?: number;
}

/** Limits and timeouts of the server side of HTTP. 0 switches a timeout or a maximum off. */
export interface HttpServerOptions {
  /** How long a connection may wait for the first byte of its next request. Default 60,000. */
  readonly keepAliveTimeoutMs?: number;
  /** How long a new connection may send nothing. Default 10,000. */
  readonly firstByteTimeoutMs?: number;
  /** From the first byte of a request to the end of its head, however it comes. Default 10,000. */
  readonly headTimeoutMs?: number;
  /** Between two parts of a request body. Default 30,000. */
  readonly bodyIdleTimeoutMs?: number;
  /** A request body has to come at this rate on average, while it is waited for; 0 for any. Default 500. */
  readonly minBodyBytesPerSecond?: number;
  /** How long a request body may come slower than that at first. Default 10,000. */
  readonly bodyRateGraceMs?: number;
  /** How long a response may make no progress because the client takes nothing. Default 10,000. */
  readonly writeStallTimeoutMs?: number;
  /** From the end of a request's head until the client has its answer, bodies included. Default 0: any time. */
  readonly requestTimeoutMs?: number;
  /** Requests on one connection, then it is closed politely. Default 1,000. */
  readonly maxRequestsPerConnection?: number;
  /** Of a request: request line and fields. More is answered with 431. Default 32 KiB. */
  readonly maxHeadBytes?: number;
  /** More fields are answered with 431. Default 128. */
  readonly maxHeaderFields?: number;
  /** A longer request target is answered with 414. Default 16 KiB. */
  readonly maxTargetBytes?: number;
  /** A larger request body is answered with 413, or ends the connection where it has no announced length. Default 0: no limit. */
  readonly maxBodyBytes?: number;
  /** Of all extensions of the chunks of one body together; more is answered with 400. Default 4 KiB. */
  readonly maxChunkExtensionBytes?: number;
  /** Of the trailer section of one body; more is answered with 400. Default 8 KiB. */
  readonly maxTrailerBytes?: number;
  /** `compat` takes what RFC 9112 leaves open; what is sent on is in canonical form all the same. Default `strict`. */
  readonly parsing?: Parsing;
  /** What becomes of request fields whose names could be taken for another. Default `guard`. */
  readonly ambiguousFields?: AmbiguousFieldsMode;
  /**
   * More fields that clients must not name ambiguously, nor send behind a body: those that a handler sets or decides by.
   * Default none, beside those that every proxy answers for.
   */
  readonly reservedFields?: readonly string[];
  /** Of HTTP/2; `false` takes HTTP/1.1 only. */
  readonly http2?: Http2ServerOptions | false;
  /** What a handler threw, or a response that could not be sent, and to which request. The client sees a plain 500. */
  readonly onError?: (error: unknown, request: HttpRequest | undefined) => void;
  /** Sees each request as the client sent it, with its own context, before its handler does. */
  readonly onRequest?: (request: HttpRequest, context: HttpContext) => void;
  /** Hears of each request once, when its answer is written or its connection broke; also of those that no handler saw. */
  readonly onExchange?: ExchangeListener;
}

type Hooks = "onRequest" | "onExchange";
type FieldNames = "ambiguousFields" | "reservedFields";
type Head = "maxHeadBytes" | "maxHeaderFields" | "maxTargetBytes";

/** Options with every default filled in. */
export type ResolvedHttpServerOptions = Required<
  Omit<HttpServerOptions, Hooks | Head | FieldNames | "http2">
> & {
  readonly [Hook in Hooks]: HttpServerOptions[Hook] | undefined;
} & {
  readonly headLimits: HeadLimits;
  readonly ambiguousFields: AmbiguousFields;
  readonly http2: Required<Http2ServerOptions>;
  /** Connections of HTTP/2 are taken. */
  readonly takesHttp2: boolean;
};

/** Fills in the defaults. */
export function resolveHttpServerOptions(options: HttpServerOptions = {}): ResolvedHttpServerOptions {
  const { maxHeadBytes, maxHeaderFields, maxTargetBytes } = options;
  const http2 = options.http2 === false ? {} : (options.http2 ?? {});
  return {
    keepAliveTimeoutMs: options.keepAliveTimeoutMs ?? 60_000,
    firstByteTimeoutMs: options.firstByteTimeoutMs ?? 10_000,
    headTimeoutMs: options.headTimeoutMs ?? 10_000,
    bodyIdleTimeoutMs: options.bodyIdleTimeoutMs ?? 30_000,
    minBodyBytesPerSecond: options.minBodyBytesPerSecond ?? 500,
    bodyRateGraceMs: options.bodyRateGraceMs ?? 10_000,
    writeStallTimeoutMs: options.writeStallTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 0,
    maxRequestsPerConnection: options.maxRequestsPerConnection ?? 1000,
    maxBodyBytes: options.maxBodyBytes ?? 0,
    maxChunkExtensionBytes: options.maxChunkExtensionBytes ?? defaultBodyLimits.maxChunkExtensionBytes,
    maxTrailerBytes: options.maxTrailerBytes ?? defaultBodyLimits.maxTrailerBytes,
    parsing: options.parsing ?? "strict",
    ambiguousFields: new AmbiguousFields(options.ambiguousFields, options.reservedFields),
    headLimits: resolveHeadLimits({ maxHeadBytes, maxFields: maxHeaderFields, maxTargetBytes }),
    http2: {
      maxConcurrentStreams: http2.maxConcurrentStreams ?? 100,
      maxOffences: http2.maxOffences ?? 100,
      windowMs: http2.windowMs ?? 10_000,
    },
    takesHttp2: options.http2 !== false,
    onError: options.onError ?? (() => {}),
    onRequest: options.onRequest,
    onExchange: options.onExchange,
  };
}
