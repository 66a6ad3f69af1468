import type { ConfigFile, ServerTable } from "./config-file-schema.ts";
import { normalizeListener } from "./normalize-listener.ts";
import { normalizeHttpUpstream, normalizeThriftUpstream } from "./normalize-upstream.ts";
import type { HttpServerConfig, ProxyConfig, ServerConfig, ThriftServerConfig } from "./proxy-config.ts";
import { toMilliseconds } from "./seconds-schema.ts";

/** The configuration that the proxy's parts use, from a checked file. Looks at nothing but the file. */
export function normalizeConfig({ runtime, servers }: ConfigFile): ProxyConfig {
  const { worker_threads: workerThreads, cpu_affinity: cpuAffinity } = runtime;
  return {
    runtime: { ...present({ workerThreads }), cpuAffinity },
    servers: Object.entries(servers).map(([key, server]) => normalizeServer(key, server)),
  };
}

function normalizeServer(key: string, server: ServerTable): ServerConfig {
  switch (server.proxy_type) {
    case "http":
      return normalizeHttpServer(key, server);
    case "thrift":
      return normalizeThriftServer(key, server);
    default: {
      const never: never = server;
      throw new TypeError(`unknown proxy type in ${JSON.stringify(never)}`);
    }
  }
}

type HttpServerTable = Extract<ServerTable, { proxy_type: "http" }>;
type ThriftServerTable = Extract<ServerTable, { proxy_type: "thrift" }>;

function normalizeHttpServer(key: string, server: HttpServerTable): HttpServerConfig {
  return {
    type: "http",
    ...normalizeBase(key, server),
    upstreamHttpVersion: server.upstream_http_version,
    upstreamHost: server.upstream_host,
    forwarded: server.forwarded,
    contentHandler: server.http_opt_handlers.content_handler,
    timeouts: normalizeTimeouts(server.timeout),
    limits: normalizeLimits(server.limits),
    routes: server.routes.map(({ path, path_mode: pathMode, load_balancer: loadBalancer, upstreams }) => ({
      path,
      ...present({ pathMode }),
      loadBalancer,
      upstreams: upstreams.map(normalizeHttpUpstream),
    })),
  };
}

const normalizeTimeouts = (timeout: HttpServerTable["timeout"]): HttpServerConfig["timeouts"] => ({
  serverKeepaliveTimeoutMs: toMilliseconds(timeout.server_keepalive_timeout_sec),
  serverReadHeaderTimeoutMs: toMilliseconds(timeout.server_read_header_timeout_sec),
  serverReadBodyTimeoutMs: toMilliseconds(timeout.server_read_body_timeout_sec),
  upstreamConnectTimeoutMs: toMilliseconds(timeout.upstream_connect_timeout_sec),
  upstreamReadTimeoutMs: toMilliseconds(timeout.upstream_read_timeout_sec),
});

const normalizeLimits = (limits: HttpServerTable["limits"]): HttpServerConfig["limits"] => ({
  maxHeadBytes: limits.max_head_bytes,
  maxHeaderCount: limits.max_header_count,
  maxUriBytes: limits.max_uri_bytes,
  ...present({ maxBodyBytes: limits.max_body_bytes, maxConnections: limits.max_connections }),
});

function normalizeThriftServer(key: string, server: ThriftServerTable): ThriftServerConfig {
  return {
    type: "thrift",
    ...normalizeBase(key, server),
    route: {
      loadBalancer: server.route.load_balancer,
      upstreams: server.route.upstreams.map(normalizeThriftUpstream),
    },
    timeouts: {
      serverKeepaliveTimeoutMs: toMilliseconds(server.timeout.server_keepalive_timeout_sec),
      serverMessageTimeoutMs: toMilliseconds(server.timeout.server_message_timeout_sec),
    },
    limits: present({ maxConnections: server.limits.max_connections }),
  };
}

function normalizeBase(key: string, { name, listener, tls }: ServerTable) {
  return {
    key,
    name,
    listener: normalizeListener(listener),
    ...(tls === undefined ? {} : { tls: { chain: tls.chain, key: tls.key } }),
  };
}

/** Without the fields that have no value: the file left them out. */
function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
