import type { Logger } from "@monolake/core";
import { MonolakeError } from "@monolake/errors";
import { formatAddress } from "@monolake/streams";
import type { TcpServerConfig } from "../schema/index.ts";
import { addressLimits } from "./address-limits.ts";
import type { Deployed } from "./deployed-server.ts";
import { proxyProtocolOptions } from "./proxy-protocol-options.ts";
import type { TcpStackConfig } from "./tcp-stack.ts";
import { tlsOptions, withTlsOptions } from "./tls-config.ts";

/** What the TCP proxy is made from, for one server of the configuration. */
export const tcpStackConfig = (server: Deployed<TcpServerConfig>, logger: Logger): TcpStackConfig => ({
  proxyProtocol: proxyProtocolOptions(server, logger),
  ...addressLimits(server, logger),
  tls: tlsOptions(server),
  upstreams: server.upstreams.map((upstream) => withTlsOptions(upstream, server)),
  loadBalancer: server.loadBalancer,
  connectTimeoutMs: server.timeouts.upstreamConnectTimeoutMs,
  idleTimeoutMs: server.timeouts.idleTimeoutMs,
  onFailure: (error, endpoint) => {
    const fields = { server: server.key, upstream: formatAddress(endpoint) };
    // A dead upstream fails every connection: its stack would be the same each time.
    const why = MonolakeError.is(error) ? { code: error.code, reason: error.message } : { err: error };
    logger.warn({ ...fields, ...why }, "an upstream could not be connected");
  },
});
