import type { Logger } from "@monolake/core";
import { formatAddress } from "@monolake/streams";
import type { TcpServerConfig } from "../schema/index.ts";
import { proxyProtocolOptions } from "./proxy-protocol-options.ts";
import type { TcpStackConfig } from "./tcp-stack.ts";

/** What the TCP proxy is made from, for one server of the configuration. */
export const tcpStackConfig = (server: TcpServerConfig, logger: Logger): TcpStackConfig => ({
  proxyProtocol: proxyProtocolOptions(server, logger),
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
