import type { z } from "zod";
import type { ServerTable } from "./config-file-schema.ts";
import { normalizeSocketUpstream } from "./normalize-upstream.ts";
import { present } from "./present.ts";
import { toMilliseconds } from "./seconds-schema.ts";
import type { thriftRoutesSchema } from "./thrift-route-schema.ts";
import type { HeaderEditsConfig, ThriftRouteConfig, ThriftServerConfig } from "./thrift-server-config.ts";

type ThriftServerTable = Extract<ServerTable, { proxy_type: "thrift" }>;
type RouteTable = z.output<typeof thriftRoutesSchema>[number];
type EditsTable = NonNullable<RouteTable["request"]>;

/** What is Thrift's own of a server. */
export function normalizeThrift(
  server: ThriftServerTable,
): Pick<ThriftServerConfig, "pipelining" | "routes" | "timeouts" | "limits"> {
  const { pipelining, route, routes, timeout, limits } = server;
  const tables = routes ?? (route === undefined ? [] : [{ ...route, strip_service: false }]);
  return {
    pipelining,
    routes: tables.map(normalizeRoute),
    timeouts: {
      serverKeepaliveTimeoutMs: toMilliseconds(timeout.server_keepalive_timeout_sec),
      serverMessageTimeoutMs: toMilliseconds(timeout.server_message_timeout_sec),
      serverWriteTimeoutMs: toMilliseconds(timeout.server_write_timeout_sec),
      upstreamConnectTimeoutMs: toMilliseconds(timeout.upstream_connect_timeout_sec),
      upstreamWriteTimeoutMs: toMilliseconds(timeout.upstream_write_timeout_sec),
      upstreamReadTimeoutMs: toMilliseconds(timeout.upstream_read_timeout_sec),
      upstreamKeepaliveTimeoutMs: toMilliseconds(timeout.upstream_keepalive_timeout_sec),
    },
    limits: {
      maxFrameBytes: limits.max_frame_bytes,
      maxHeaderBytes: limits.max_header_bytes,
      maxDepth: limits.max_depth,
      maxPipelinedCalls: limits.max_pipelined_calls,
      ...present({
        maxCalls: limits.max_calls,
        maxConnections: limits.max_connections,
        maxConnectionsPerAddress: limits.max_connections_per_address,
        maxUpstreamConnections: limits.max_upstream_connections,
      }),
    },
  };
}

function normalizeRoute(route: RouteTable): ThriftRouteConfig {
  const { match, request, response } = route;
  const { service, method, caller } = match ?? {};
  const headers = [...pairs(match?.headers), ...intPairs(match?.int_headers)];
  return {
    match: { ...present({ service, method, caller }), headers },
    ...(request === undefined ? {} : { request: normalizeEdits(request) }),
    ...(response === undefined ? {} : { response: normalizeEdits(response) }),
    stripService: route.strip_service,
    loadBalancer: route.load_balancer,
    upstreams: route.upstreams.map(normalizeSocketUpstream),
    multiplex: route.multiplex,
  };
}

const normalizeEdits = (edits: EditsTable): HeaderEditsConfig => ({
  set: [...pairs(edits.set), ...intPairs(edits.set_int)],
  remove: [...(edits.remove ?? []), ...(edits.remove_int ?? [])],
});

const pairs = (table: Readonly<Record<string, string>> = {}) =>
  Object.entries(table).map(([key, value]) => ({ key, value }));

const intPairs = (table: Readonly<Record<string, string>> = {}) =>
  Object.entries(table).map(([key, value]) => ({ key: Number(key), value }));
