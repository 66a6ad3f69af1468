import type { MayHave } from "@monolake/service-async";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import type { localAddress, peerAddress, remoteAddress } from "../common/addresses.ts";
import { encodeProxyHeader, type ProxyHeaderVersion } from "./encode-header.ts";

/** What tells an upstream who the client is: slots of a context. Without `peerAddress` the client is unknown. */
export type ClientPreambleContext = MayHave<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof localAddress>;

/**
 * The PROXY header that connections for the client of `context` begin with: who connected, as far as a PROXY header named it, else
 * the peer; and what was connected to.
 */
export const clientPreamble = (version: ProxyHeaderVersion, context: ClientPreambleContext): Buffer =>
  encodeProxyHeader(version, context.remoteAddress ?? context.peerAddress, context.localAddress);

/** What may share a connection that begins with that header, as the end of a pool's key: only requests of the same client. */
export function clientKey(context: ClientPreambleContext): string {
  const { remoteAddress: told, peerAddress: peer, localAddress: place } = context;
  return ` for ${textOf(told ?? peer)} to ${textOf(place)}`;
}

const textOf = (address: SocketAddress | undefined): string =>
  address === undefined ? "unknown" : formatAddress(address);
