// For whoever opens connections.

export { createConnector } from "./address-connector.ts";
export type { ConnectOptions, Connector, TcpTarget, UnixTarget } from "./connector.ts";
export type { TcpConnectorOptions } from "./tcp-connector.ts";
export { createTcpConnector } from "./tcp-connector.ts";
export type { TlsConnectorOptions } from "./tls-connector.ts";
export { createTlsConnector } from "./tls-connector.ts";
export type { UnixConnectorOptions } from "./unix-connector.ts";
export { createUnixConnector } from "./unix-connector.ts";

// For whoever keeps connections.

export { Pool } from "./pool.ts";
export type { AcquireOptions, PoolLimits, PoolOptions, ResolvedPoolLimits } from "./pool-options.ts";
export type { PoolCounters, PoolStatistics } from "./pool-statistics.ts";

// For whoever finds addresses.

export type { DnsResolverOptions } from "./dns-resolver.ts";
export { createDnsResolver } from "./dns-resolver.ts";
export type { Address, ResolveOptions, Resolver } from "./resolver.ts";

// What can go wrong.

export type { ConnectFields } from "./errors.ts";
export {
  NameNotFoundError,
  PoolClosedError,
  PoolQueueFullError,
  PoolWaitTimeoutError,
  ResolverFailedError,
  ResolverTimeoutError,
  UpstreamConnectFailedError,
  UpstreamConnectRefusedError,
  UpstreamConnectTimeoutError,
  UpstreamTlsCertificateError,
  UpstreamTlsHandshakeError,
  UpstreamUnreachableError,
} from "./errors.ts";
