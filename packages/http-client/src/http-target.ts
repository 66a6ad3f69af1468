import type { SocketAddress } from "@monolake/streams";

/** Where requests go. Targets with one key share connections, so a key stands for one place. */
export interface HttpTarget {
  readonly key: string;
  /** Its address; a host name is resolved when a connection is opened. */
  readonly address: SocketAddress;
}
