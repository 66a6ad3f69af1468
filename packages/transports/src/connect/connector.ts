import type { ByteStream, SocketAddress } from "@monolake/streams";

/** What a caller says about one connection. */
export interface ConnectOptions {
  /** Gives up; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For the whole attempt, in milliseconds. Default: as the connector was made. */
  readonly timeoutMs?: number;
  /**
   * What the connection begins with as soon as it is open, before anything else and outside of TLS: a PROXY header. Its memory
   * belongs to the connection.
   */
  readonly preamble?: Buffer;
}

/** Opens connections. */
export interface Connector<in Target = SocketAddress> {
  /**
   * Opens a connection to `target`. Rejects with ERR_UPSTREAM_CONNECT_REFUSED, ERR_UPSTREAM_CONNECT_TIMEOUT,
   * ERR_UPSTREAM_UNREACHABLE, ERR_UPSTREAM_CONNECT_FAILED, or as the resolver does: ERR_NAME_NOT_FOUND,
   * ERR_RESOLVER_TIMEOUT, ERR_RESOLVER_FAILED. One that secures connections also with ERR_UPSTREAM_TLS_CERTIFICATE and
   * ERR_UPSTREAM_TLS_HANDSHAKE.
   */
  readonly connect: (target: Target, options?: ConnectOptions) => Promise<ByteStream>;
}

/** A host, by name or numeric, and a port. */
export type TcpTarget = Extract<SocketAddress, { readonly type: "socket" }>;

/** The path of a unix socket. */
export type UnixTarget = Extract<SocketAddress, { readonly type: "unix" }>;

/** How long connecting may take unless somebody says otherwise. */
export const defaultConnectTimeoutMs = 3_000;
