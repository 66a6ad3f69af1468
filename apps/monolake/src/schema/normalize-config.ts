import { normalizeAccessLog } from "./access-log-schema.ts";
import type { ConfigFile, ServerTable } from "./config-file-schema.ts";
import { normalizeContentHandler } from "./content-handler-schema.ts";
import { normalizeForwarded } from "./forwarded-schema.ts";
import { normalizeHttpLimits } from "./http-limits-schema.ts";
import { normalizeHttpRoute } from "./http-route-schema.ts";
import type { HttpServerConfig } from "./http-server-config.ts";
import { normalizeHttpTimeouts } from "./http-timeouts-schema.ts";
import { normalizeListener } from "./normalize-listener.ts";
import { normalizeThrift } from "./normalize-thrift.ts";
import { normalizeTls } from "./normalize-tls.ts";
import { normalizeSocketUpstream } from "./normalize-upstream.ts";
import { normalizeOpenid } from "./openid-schema.ts";
import { present } from "./present.ts";
import type { ProxyConfig, RuntimeConfig, ServerConfig, TcpServerConfig } from "./proxy-config.ts";
import { normalizeProxyProtocol } from "./proxy-protocol-schema.ts";
import { toMilliseconds } from "./seconds-schema.ts";
import type { ThriftServerConfig } from "./thrift-server-config.ts";

/** The configuration that the proxy's parts use, from a checked file. Looks at nothing but the file. */
export function normalizeConfig({ runtime, debug, servers }: ConfigFile): ProxyConfig {
  return {
    runtime: normalizeRuntime(runtime),
    servers: Object.entries(servers).map(([key, server]) =>
      normalizeServer(key, { ...server, debug: server.debug ?? debug }),
    ),
  };
}

const normalizeRuntime = (runtime: ConfigFile["runtime"]): RuntimeConfig => ({
  ...present({ workerThreads: runtime.worker_threads, workerHeapMebibytes: runtime.worker_heap_mib }),
  workerType: runtime.worker_type,
  cpuAffinity: runtime.cpu_affinity,
  heartbeatTimeoutMs: toMilliseconds(runtime.heartbeat_timeout_sec),
  drainTimeoutMs: toMilliseconds(runtime.drain_timeout_sec),
  drainOnReload: runtime.drain_on_reload,
});

/** A server's table, with what it inherits from the whole file. */
type Inheriting<Table extends ServerTable> = Table & { readonly debug: boolean };

function normalizeServer(key: string, server: Inheriting<ServerTable>): ServerConfig {
  switch (server.proxy_type) {
    case "http":
      return normalizeHttpServer(key, server);
    case "thrift":
      return normalizeThriftServer(key, server);
    case "tcp":
      return normalizeTcpServer(key, server);
    case "echo":
      return {
        type: "echo",
        ...normalizeBase(key, server),
        limits: normalizeConnectionLimits(server.limits),
      };
    default: {
      const never: never = server;
      throw new TypeError(`unknown proxy type in ${JSON.stringify(never)}`);
    }
  }
}

type HttpServerTable = Extract<ServerTable, { proxy_type: "http" }>;
type ThriftServerTable = Extract<ServerTable, { proxy_type: "thrift" }>;
type TcpServerTable = Extract<ServerTable, { proxy_type: "tcp" }>;

function normalizeHttpServer(key: string, server: Inheriting<HttpServerTable>): HttpServerConfig {
  return {
    type: "http",
    ...normalizeBase(key, server),
    upstreamHttpVersion: server.upstream_http_version,
    upstreamHost: server.upstream_host,
    parsing: server.parsing,
    ambiguousFields: server.ambiguous_fields,
    forwarded: normalizeForwarded(server.forwarded),
    requestId: {
      mode: server.request_id.mode === "keep_trusted" ? "keep-trusted" : server.request_id.mode,
      echo: server.request_id.echo,
    },
    ...present({ contentHandler: normalizeContentHandler(server.http_opt_handlers.content_handler) }),
    timeouts: normalizeHttpTimeouts(server.timeout),
    limits: normalizeHttpLimits(server.limits),
    ...(server.openid === undefined ? {} : { openid: normalizeOpenid(server.openid) }),
    ...(server.access_log === undefined ? {} : { accessLog: normalizeAccessLog(server.access_log) }),
    routes: server.routes.map(normalizeHttpRoute),
  };
}

const normalizeThriftServer = (key: string, server: Inheriting<ThriftServerTable>): ThriftServerConfig => ({
  type: "thrift",
  ...normalizeBase(key, server),
  ...normalizeThrift(server),
});

const normalizeTcpServer = (key: string, server: Inheriting<TcpServerTable>): TcpServerConfig => ({
  type: "tcp",
  ...normalizeBase(key, server),
  loadBalancer: server.load_balancer,
  upstreams: server.upstreams.map(normalizeSocketUpstream),
  timeouts: {
    upstreamConnectTimeoutMs: toMilliseconds(server.timeout.upstream_connect_timeout_sec),
    idleTimeoutMs: toMilliseconds(server.timeout.idle_timeout_sec),
  },
  limits: normalizeConnectionLimits(server.limits),
});

const normalizeConnectionLimits = (limits: TcpServerTable["limits"]): TcpServerConfig["limits"] =>
  present({
    maxConnections: limits.max_connections,
    maxConnectionsPerAddress: limits.max_connections_per_address,
  });

function normalizeBase(key: string, server: Inheriting<ServerTable>) {
  const { name, listener, tls, proxy_protocol: proxyProtocol, debug } = server;
  return {
    key,
    name,
    listener: normalizeListener(listener),
    debug,
    ...(tls === undefined ? {} : { tls: normalizeTls(tls) }),
    ...(proxyProtocol === undefined ? {} : { proxyProtocol: normalizeProxyProtocol(proxyProtocol) }),
  };
}
