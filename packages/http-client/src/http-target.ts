import type { SocketAddress } from "@monolake/streams";
import type { Connector } from "@monolake/transports";

/** Where requests go. Targets with one key share connections, so a key stands for one place. */
export interface HttpTarget {
  readonly key: string;
  /** Its address; a host name is resolved when a connection is opened. */
  readonly address: SocketAddress;
  /** Opens its connections, over TLS for example. Left out: the client's own. */
  readonly connector?: Connector | undefined;
  /**
   * `http2`: many requests at a time on few connections, without asking whether the server speaks it (over cleartext: prior knowledge).
   * `auto`: what the TLS of `connector` agrees on, if its `alpnProtocols` name both. Left out: HTTP/1.1.
   */
  readonly httpVersion?: "auto" | "http2" | undefined;
  /**
   * Opens connections on which the server speaks HTTP/1.1 whatever it would choose: with `auto`, for WebSockets that its HTTP/2 does
   * not take (RFC 8441). Left out: those fail with ERR_HTTP_UPGRADE_UNSUPPORTED.
   */
  readonly http11Connector?: Connector | undefined;
  /**
   * How many requests may be in flight on one connection (pipelining): for upstreams that take it, requests that come
   * together are sent together. Idempotent requests without a body only; the others, and all of them while an answer is
   * slow or long, have connections of their own. Left out or 1: so have all.
   */
  readonly pipelining?: number | undefined;
  /**
   * What every connection begins with, see `ConnectOptions` of @monolake/transports. It says for whom the connection is, so the key
   * has to differ where this does, and each request has a connection of its own, whatever `pipelining` says.
   */
  readonly preamble?: Buffer | undefined;
}
