import type { ConnectionLimits, ServerConfigBase } from "./server-config-base.ts";
import type { LoadBalancerName, SocketEndpoint, UnixEndpoint, UpstreamConfig } from "./upstream-config.ts";

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
