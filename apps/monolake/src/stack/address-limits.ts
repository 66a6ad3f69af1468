import type { Logger } from "@monolake/core";
import type { ConnectionsPerAddressOptions } from "@monolake/services/common";
import type { SocketAddress } from "@monolake/streams";
import type { ServerConfig } from "../schema/index.ts";
import { quietReport } from "./quiet-report.ts";

/** What bounds how many connections an address may have; both are absent where nothing does. */
export interface AddressLimits {
  /** Of those who connect themselves. */
  readonly perPeer: ConnectionsPerAddressOptions | undefined;
  /** Of those whom PROXY headers name; absent where none are read. */
  readonly perNamed: ConnectionsPerAddressOptions | undefined;
}

/** The limits of one server of the configuration. */
export function addressLimits({ key, limits, proxyProtocol }: ServerConfig, logger: Logger): AddressLimits {
  const maxConnections = limits.maxConnectionsPerAddress;
  if (maxConnections === undefined) return { perPeer: undefined, perNamed: undefined };
  const onRefused = quietReport((address: SocketAddress, unlogged) => {
    const client = address.type === "socket" ? address.host : "";
    logger.warn(
      { server: key, client, maxConnections, unlogged },
      "closing new connections of an address: as many are open as max_connections_per_address allows",
    );
  });
  const shared = { maxConnections, onRefused };
  if (proxyProtocol === undefined) return { perPeer: shared, perNamed: undefined };
  return {
    // Proxies whose headers are believed connect for others.
    perPeer: { ...shared, proxies: proxyProtocol.trustedProxies },
    perNamed: { ...shared, counted: "named" },
  };
}
