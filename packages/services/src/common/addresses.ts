import { contextKey } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";

/** The slot of a context that holds who is at the other end of the connection itself. */
export const peerAddress = contextKey<SocketAddress>()("peerAddress");

/**
 * The slot that holds who asked, as proxies told that are trusted: of one request. Empty where there are none, and then the client is
 * at the other end of the connection.
 */
export const clientAddress = contextKey<SocketAddress | undefined>()("clientAddress");

/**
 * The slot that holds what the client connected to: this side of the connection, or what a PROXY header named. Filled where the
 * application does it, for upstreams that are told.
 */
export const localAddress = contextKey<SocketAddress | undefined>()("localAddress");

/** The slot that holds the client's address as a PROXY header named it, where there was one. */
export const remoteAddress = contextKey<SocketAddress | undefined>()("remoteAddress");
