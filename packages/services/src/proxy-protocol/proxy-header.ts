import { contextKey } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";

/** A piece of additional information of a version 2 header: section 2.2 of the specification lists the types. */
export interface ProxyTlv {
  readonly type: number;
  readonly value: Buffer;
}

/** What a PROXY header says, of version 1 or 2. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `local`: the proxy speaks for itself, as in a health check, and names nobody. */
  readonly command: "proxy" | "local";
  /** Of the connection that is spoken of; `unspecified` where the proxy does not know, or speaks for itself. */
  readonly transport: "stream" | "datagram" | "unspecified";
  /** Who connected; undefined where `transport` is unspecified. Unix: empty where the peer has no path. */
  readonly source: SocketAddress | undefined;
  /** What was connected to; undefined where `transport` is unspecified. */
  readonly destination: SocketAddress | undefined;
  /** In the order of the header; their memory is the header's own. Empty in version 1. */
  readonly tlvs: readonly ProxyTlv[];
}

/** Types of {@link ProxyTlv} that are looked for most. */
export const proxyTlvTypes = {
  alpn: 0x01,
  /** The host name that the client asked for, such as the SNI of TLS. */
  authority: 0x02,
  crc32c: 0x03,
  padding: 0x04,
  uniqueId: 0x05,
  tls: 0x20,
  networkNamespace: 0x30,
} as const;

/** The slot of a context that holds the PROXY header of the connection, where there was one: filled if the context has it. */
export const proxyHeader = contextKey<ProxyHeader | undefined>()("proxyHeader");
