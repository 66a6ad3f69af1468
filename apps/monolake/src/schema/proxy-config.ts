import type { HttpServerConfig } from "./http-server-config.ts";
import type { ConnectionLimits, ServerConfigBase } from "./server-config-base.ts";
import type { ThriftServerConfig } from "./thrift-server-config.ts";
import type { LoadBalancerName, SocketEndpoint, UnixEndpoint, UpstreamConfig } from "./upstream-config.ts";

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
