import type { ContentHandlerConfig } from "./content-handler-schema.ts";
import type { OpenidConfig } from "./openid-schema.ts";

/** The proxy's configuration as its parts use it: units in the names, nothing left out. Plain data: it can cross threads. */
export interface ProxyConfig {
  readonly runtime: RuntimeConfig;
  readonly servers: readonly ServerConfig[];
}

export interface RuntimeConfig {
  /** Absent: one for every core. */
  readonly workerThreads?: number;
  readonly workerType: "processes" | "threads";
  /** Absent: as Node.js has it. */
  readonly workerHeapMebibytes?: number;
  readonly cpuAffinity: boolean;
  readonly heartbeatTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly drainOnReload: boolean;
}

/** One server; `type` is the file's `proxy_type`. */
export type ServerConfig = HttpServerConfig | ThriftServerConfig | TcpServerConfig | EchoServerConfig;

/** What every kind of server has. */
export interface ServerConfigBase {
  /** The key in `servers`, which identifies the server over reloads. */
  readonly key: string;
  readonly name: string;
  readonly listener: ListenerConfig;
  readonly tls?: TlsConfig;
  /** Absent: connections begin with what they are for. */
  readonly proxyProtocol?: ProxyProtocolConfig;
  /** The contents of the files that the server names, by their names; absent before they were read. */
  readonly files?: Readonly<Record<string, string>>;
  /** HTTP: responses name the version of the configuration. */
  readonly debug: boolean;
}

/** Whose PROXY headers are believed. */
export interface ProxyProtocolConfig {
  readonly trustedProxies: readonly string[];
  readonly mode: "required" | "optional";
  readonly others: "refuse" | "direct" | "ignore";
  readonly timeoutMs: number;
  readonly maxHeaderBytes: number;
}

export type ListenerConfig =
  | {
      readonly type: "socket";
      readonly host: string;
      readonly port: number;
      readonly backlog: number;
      readonly reusePort: boolean;
      readonly noDelay: boolean;
    }
  | {
      readonly type: "unix";
      readonly path: string;
      readonly backlog: number;
      /** Permission bits, as for `chmod`. Absent: as the umask has it. */
      readonly mode?: number;
    };

/** How connections of clients are secured. */
export interface TlsConfig {
  /** The first is for clients that ask for none of the others. */
  readonly certificates: readonly CertificateConfig[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
  /** Absent: the default of the TLS service. */
  readonly ciphers?: string;
  /** Absent: clients are asked for none. */
  readonly clientCertificates?: {
    readonly mode: "optional" | "required";
    /** A file name. */
    readonly ca: string;
    readonly forward: boolean;
  };
  readonly handshakeTimeoutMs: number;
  readonly maxHandshakes: number;
  readonly sessionTickets: boolean;
  readonly ticketRotationMs: number;
}

/** File names; relative ones start from the working directory. */
export interface CertificateConfig {
  readonly chain: string;
  readonly key: string;
  /** Absent: those in the certificate. */
  readonly names?: readonly string[];
}

/** How connections to an upstream are secured. `ca`, `chain` and `key` are file names. */
export interface UpstreamTlsConfig {
  readonly verify: boolean;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Absent: the host of the endpoint. */
  readonly serverName?: string;
  /** Absent: the authorities of the system and of Mozilla. */
  readonly ca?: string;
  readonly chain?: string;
  readonly key?: string;
}

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
export interface HttpLimits {
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
  /** Of one worker. */
  readonly maxConnections?: number;
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

export type LoadBalancerName = "random" | "weighted_random" | "round_robin" | "first";

export interface UpstreamConfig<Endpoint extends EndpointConfig = EndpointConfig> {
  readonly endpoint: Endpoint;
  readonly weight: number;
  /** Connections begin with a PROXY header of this version. */
  readonly proxyProtocol?: 1 | 2;
  /** Absent: connections are not secured. */
  readonly tls?: UpstreamTlsConfig;
}

export interface HttpUpstreamConfig extends UpstreamConfig {
  /** Absent: every request has a connection of its own. */
  readonly pipelining?: number;
}

export type EndpointConfig = UriEndpoint | SocketEndpoint | UnixEndpoint;

export interface UriEndpoint {
  readonly type: "uri";
  /** As it is written. */
  readonly uri: string;
  readonly scheme: "http" | "https";
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** For the `Host` header. */
  readonly authority: string;
}

export interface SocketEndpoint {
  readonly type: "socket";
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface UnixEndpoint {
  readonly type: "unix";
  readonly path: string;
}

export interface TcpServerConfig extends ServerConfigBase {
  readonly type: "tcp";
  readonly loadBalancer: LoadBalancerName;
  readonly upstreams: readonly UpstreamConfig<SocketEndpoint | UnixEndpoint>[];
  readonly timeouts: { readonly upstreamConnectTimeoutMs: number; readonly idleTimeoutMs: number };
  readonly limits: ConnectionLimits;
}

export interface EchoServerConfig extends ServerConfigBase {
  readonly type: "echo";
  readonly limits: ConnectionLimits;
}

/** Absent limits do not exist. */
export interface ConnectionLimits {
  /** Of one worker. */
  readonly maxConnections?: number;
}

export interface ThriftServerConfig extends ServerConfigBase {
  readonly type: "thrift";
  readonly pipelining: "serial" | "ordered" | "unordered";
  readonly routes: readonly ThriftRouteConfig[];
  readonly timeouts: ThriftTimeouts;
  readonly limits: ThriftLimits;
}

export interface ThriftTimeouts {
  readonly serverKeepaliveTimeoutMs: number;
  readonly serverMessageTimeoutMs: number;
  readonly serverWriteTimeoutMs: number;
  readonly upstreamConnectTimeoutMs: number;
  readonly upstreamWriteTimeoutMs: number;
  readonly upstreamReadTimeoutMs: number;
  readonly upstreamKeepaliveTimeoutMs: number;
}

/** Absent limits do not exist. */
export interface ThriftLimits extends ConnectionLimits {
  readonly maxFrameBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxDepth: number;
  readonly maxPipelinedCalls: number;
  /** Of one worker. */
  readonly maxCalls?: number;
  /** Of one worker to one upstream. */
  readonly maxUpstreamConnections?: number;
}

export interface ThriftRouteConfig {
  readonly match: {
    readonly service?: string;
    readonly method?: string;
    readonly caller?: string;
    readonly headers: readonly TTHeaderPair[];
  };
  readonly request?: HeaderEditsConfig;
  readonly response?: HeaderEditsConfig;
  readonly stripService: boolean;
  readonly loadBalancer: LoadBalancerName;
  readonly upstreams: readonly UpstreamConfig<SocketEndpoint | UnixEndpoint>[];
  /** Shared connections to each upstream; 0 for none. */
  readonly multiplex: number;
}

export interface HeaderEditsConfig {
  readonly set: readonly TTHeaderPair[];
  readonly remove: readonly (string | number)[];
}

/** A key of a TTHeader, a string or an integer, and its value. */
export interface TTHeaderPair {
  readonly key: string | number;
  readonly value: string;
}
