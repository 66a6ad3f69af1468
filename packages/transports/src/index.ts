// For whoever opens connections.

export { createConnector } from "./connect/address-connector.ts";
export type { ConnectOptions, Connector, TcpTarget, UnixTarget } from "./connect/connector.ts";
export type { TcpConnectorOptions } from "./connect/tcp-connector.ts";
export { createTcpConnector } from "./connect/tcp-connector.ts";
export type { TlsConnectorOptions } from "./connect/tls-connector.ts";
export { createTlsConnector } from "./connect/tls-connector.ts";
export type { UnixConnectorOptions } from "./connect/unix-connector.ts";
export { createUnixConnector } from "./connect/unix-connector.ts";

// For whoever keeps connections.

export { Pool } from "./pool/pool.ts";
export type { AcquireOptions, PoolLimits, PoolOptions, ResolvedPoolLimits } from "./pool/pool-options.ts";
export type { PoolCounters, PoolStatistics } from "./pool/pool-statistics.ts";

// For whoever finds addresses.

export type { DnsResolverOptions } from "./dns/dns-resolver.ts";
export { createDnsResolver } from "./dns/dns-resolver.ts";
export type { Address, ResolveOptions, Resolver } from "./dns/resolver.ts";

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
