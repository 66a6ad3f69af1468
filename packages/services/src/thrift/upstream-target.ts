import { formatAddress, type SocketAddress } from "@monolake/streams";
import { thriftFormats } from "@monolake/thrift";

/** One upstream of a route, as it is configured. */
export interface ThriftUpstreamConfig {
  /** A host name is resolved whenever a connection is opened. */
  readonly endpoint: SocketAddress;
  /** For `weighted_random`. Default 1. */
  readonly weight?: number;
}

/** One upstream of a route, ready for use. */
export interface ThriftUpstreamTarget {
  readonly address: SocketAddress;
  readonly weight: number;
  /** Its address, as text. */
  readonly place: string;
  /**
   * By the index of a format. Calls with the same key share connections: servers find out by the first bytes of a connection what
   * their client speaks, so there is a key for each format.
   */
  readonly keys: readonly string[];
}

/** Prepares an upstream for a route. */
export function thriftUpstreamTarget({ endpoint, weight }: ThriftUpstreamConfig): ThriftUpstreamTarget {
  const place = formatAddress(endpoint);
  return {
    address: endpoint,
    weight: weight ?? 1,
    place,
    keys: thriftFormats.map(({ transport, protocol }) => `${place} ${transport} ${protocol}`),
  };
}
