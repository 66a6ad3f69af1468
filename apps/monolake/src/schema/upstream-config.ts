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
