import { formatAddress, type SocketAddress } from "@monolake/streams";
import { thriftFormats } from "@monolake/thrift";
import type { Connector, TlsConnectorOptions } from "@monolake/transports";
import { secureConnector } from "../common/secure-connector.ts";
import { type ClientPreambleContext, clientKey, clientPreamble } from "../proxy-protocol/client-preamble.ts";
import type { ProxyHeaderVersion } from "../proxy-protocol/encode-header.ts";

/** One upstream of a route, as it is configured. */
export interface ThriftUpstreamConfig {
  /** A host name is resolved whenever a connection is opened. */
  readonly endpoint: SocketAddress;
  /** For `weighted_random`. Default 1. */
  readonly weight?: number;
  /** Connections begin with a PROXY header of this version, so that no two clients share one. */
  readonly proxyProtocol?: ProxyHeaderVersion | undefined;
  /** Connections are secured with TLS. Default: they are not. */
  readonly tls?: TlsConnectorOptions | undefined;
}

/** One upstream of a route, ready for use. */
export interface ThriftUpstreamTarget {
  readonly address: SocketAddress;
  /** Undefined where connections are opened as everywhere. */
  readonly connector: Connector | undefined;
  readonly weight: number;
  /** Its address, as text. */
  readonly place: string;
  /**
   * By the index of a format. Calls with the same key share connections: servers find out by the first bytes of a connection what
   * their client speaks, so there is a key for each format.
   */
  readonly keys: readonly string[];
  readonly proxyProtocol: ProxyHeaderVersion | undefined;
  /** What connections begin with, where a client is named: they are not shared. */
  readonly preamble: Buffer | undefined;
}

/** Prepares an upstream for a route. */
export function thriftUpstreamTarget(config: ThriftUpstreamConfig): ThriftUpstreamTarget {
  const { endpoint, weight, proxyProtocol, tls } = config;
  const { connector, key: place } = secureConnector(formatAddress(endpoint), tls);
  return {
    address: endpoint,
    connector,
    weight: weight ?? 1,
    place,
    keys: thriftFormats.map(({ transport, protocol }) => `${place} ${transport} ${protocol}`),
    proxyProtocol,
    preamble: undefined,
  };
}

/** The upstream as the client of `context` has it: with connections of its own, where they name it. */
export function forThriftClient(
  target: ThriftUpstreamTarget,
  context: ClientPreambleContext,
): ThriftUpstreamTarget {
  if (target.proxyProtocol === undefined) return target;
  const suffix = clientKey(context);
  return {
    ...target,
    keys: target.keys.map((key) => key + suffix),
    preamble: clientPreamble(target.proxyProtocol, context),
  };
}
