import type { ContentHandlerConfig } from "./content-handler-schema.ts";
import type { OpenidConfig } from "./openid-schema.ts";
import type { ConnectionLimits, ServerConfigBase } from "./server-config-base.ts";
import type { HttpUpstreamConfig, LoadBalancerName } from "./upstream-config.ts";

export interface HttpServerConfig extends ServerConfigBase {
  readonly type: "http";
  readonly upstreamHttpVersion: "auto" | "http11" | "http2";
  readonly upstreamHost: "upstream" | "preserve";
  /** Of requests and of upstreams' responses. */
  readonly parsing: "strict" | "compat";
  /** What becomes of request fields whose names have other characters than letters, digits and `-`. */
  readonly ambiguousFields: "guard" | "drop" | "refuse" | "pass";
  readonly forwarded: ForwardedConfig;
  readonly requestId: RequestIdConfig;
  /** Absent: bodies stay as they are. */
  readonly contentHandler?: ContentHandlerConfig;
  readonly timeouts: HttpTimeouts;
  readonly limits: HttpLimits;
  /** Absent: no login. */
  readonly openid?: OpenidConfig;
  /** Absent: no access log. */
  readonly accessLog?: AccessLogConfig;
  readonly routes: readonly RouteConfig[];
}

/** What upstreams are told of clients. */
export interface ForwardedConfig {
  readonly mode: "append" | "replace" | "off";
  readonly trustedProxies: readonly string[];
  readonly rfc7239: boolean;
  readonly port: boolean;
  readonly prefix: boolean;
  readonly realIp: boolean;
  /** Absent: Via is left as it is. */
  readonly via?: string;
}

export interface RequestIdConfig {
  readonly mode: "off" | "generate" | "keep-trusted";
  readonly echo: boolean;
}

export interface AccessLogConfig {
  /** A file; or `stdout`. */
  readonly path: string;
  /** `combined`, `json` or a template. */
  readonly format: string;
  readonly flushMs: number;
  readonly query: boolean;
}

export interface HttpTimeouts {
  readonly serverFirstByteTimeoutMs: number;
  readonly serverKeepaliveTimeoutMs: number;
  readonly serverReadHeaderTimeoutMs: number;
  readonly serverReadBodyTimeoutMs: number;
  readonly serverBodyRateGraceMs: number;
  readonly serverWriteTimeoutMs: number;
  /** Absent: a request may take any time altogether. */
  readonly requestTimeoutMs?: number;
  /** Absent: no limit. */
  readonly maxConnectionAgeMs?: number;
  readonly tunnelIdleTimeoutMs: number;
  readonly upstreamConnectTimeoutMs: number;
  readonly upstreamWriteTimeoutMs: number;
  readonly upstreamReadTimeoutMs: number;
  readonly upstreamReadBodyTimeoutMs: number;
  readonly upstreamKeepaliveTimeoutMs: number;
}

/** Absent limits do not exist. */
export interface HttpLimits extends ConnectionLimits {
  readonly maxHeadBytes: number;
  readonly maxHeaderCount: number;
  readonly maxUriBytes: number;
  readonly maxBodyBytes?: number;
  /** 0: any. */
  readonly minBodyBytesPerSecond: number;
  readonly maxChunkExtensionBytes: number;
  readonly maxTrailerBytes: number;
  readonly maxResponseHeadBytes: number;
  readonly maxResponseHeaderCount: number;
  readonly maxRequestsPerConnection: number;
  /** Of HTTP/2, on one connection. */
  readonly maxConcurrentStreams: number;
  /** Of HTTP/2, on one connection of a client or to an upstream, in ten seconds. */
  readonly maxHttp2Offences: number;
  /** Of one worker, to one upstream. */
  readonly maxUpstreamConnections?: number;
}

export interface RouteConfig {
  readonly path: string;
  /** Absent: the path is all. */
  readonly match?: RouteMatchConfig;
  /** Absent: `replace` where the upstream's URI has a path, else `keep`. */
  readonly pathMode?: "replace" | "keep" | "strip_prefix";
  /** A template. Absent: as `pathMode` says. */
  readonly rewrite?: string;
  /** Absent: as the server says. */
  readonly upstreamHost?: "upstream" | "preserve" | { readonly name: string };
  readonly requestHeaders?: HttpHeaderEditsConfig;
  readonly responseHeaders?: HttpHeaderEditsConfig;
  /** Absent: an upstream answers. */
  readonly answer?: RouteAnswerConfig;
  readonly loadBalancer: LoadBalancerName;
  /** Empty where the route, or a module, answers. */
  readonly upstreams: readonly HttpUpstreamConfig[];
  /** File name of a module that answers itself; a relative one starts from the working directory. */
  readonly module?: string;
}

/** What a request has to be like. */
export interface RouteMatchConfig {
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

export interface HttpHeaderEditsConfig {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

export type RouteAnswerConfig =
  | { readonly type: "redirect"; readonly status: number; readonly location: string }
  | {
      readonly type: "respond";
      readonly status: number;
      readonly contentType?: string;
      readonly body?: string;
      /** In place of `body`. */
      readonly file?: string;
    };
