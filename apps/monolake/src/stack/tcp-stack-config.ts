import type { Logger } from "@monolake/core";
import type { TcpProxyOptions } from "@monolake/services/tcp";
import { formatAddress } from "@monolake/streams";
import type { TcpServerConfig } from "../schema/index.ts";

/** What the TCP proxy is made from, for one server of the configuration. */
export const tcpStackConfig = (server: TcpServerConfig, logger: Logger): TcpProxyOptions => ({
  upstreams: server.upstreams,
  loadBalancer: server.loadBalancer,
  connectTimeoutMs: server.timeouts.upstreamConnectTimeoutMs,
  idleTimeoutMs: server.timeouts.idleTimeoutMs,
  onFailure: (error, endpoint) =>
    logger.warn(
      { err: error, server: server.key, upstream: formatAddress(endpoint) },
      "an upstream refused a connection",
    ),
});
