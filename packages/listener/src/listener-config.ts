import type { ListenAddressConfig } from "./listen-address.ts";

/** What listeners of both kinds can be told. */
export interface AcceptOptions {
  /** How many connections may wait in the kernel to be accepted; it takes at most net.core.somaxconn. Default 1,024. */
  readonly backlog?: number;
  /**
   * How many accepted connections may be open at a time. Those beyond it are closed at once: Node cannot leave them
   * in the backlog, and under SO_REUSEPORT they would wait there although other workers have room. Default: no limit.
   */
  readonly maxConnections?: number;
  /**
   * File descriptors that are kept free for everything else, upstream connections above all: connections accepted when
   * fewer are left are closed at once. Default: a tenth of the limit of the process, at most 256.
   */
  readonly reservedDescriptors?: number;
}

/** What a TCP listener can be told. */
export interface TcpListenOptions extends AcceptOptions {
  /**
   * SO_REUSEPORT: every worker listens for itself and the kernel spreads connections over them. Default: where the
   * system can. `true` demands it.
   */
  readonly reusePort?: boolean;
  /** TCP_NODELAY: small writes are sent at once. Default true. */
  readonly noDelay?: boolean;
  /** The kernel probes peers that are silent. Default false. */
  readonly keepAlive?: boolean;
  /** How long a peer is silent before the first probe, in milliseconds. Default 60,000. */
  readonly keepAliveDelayMs?: number;
  /** `[::]` takes no IPv4 connections. Default false. */
  readonly ipv6Only?: boolean;
  /** No effect: Node always sets SO_REUSEADDR. */
  readonly reuseAddr?: boolean;
  /** No effect: Node cannot set SO_SNDBUF of a listening socket (see net.ipv4.tcp_wmem instead). */
  readonly sendBufferBytes?: number;
  /** No effect: Node cannot set SO_RCVBUF of a listening socket (see net.ipv4.tcp_rmem instead). */
  readonly receiveBufferBytes?: number;
  /** No effect: Node cannot set TCP_FASTOPEN. */
  readonly fastOpen?: boolean;
}

/** What a unix listener can be told. */
export interface UnixListenOptions extends AcceptOptions {
  /** Permissions of the socket file, like 0o660; whoever may write to it may connect. Default: as the umask says. */
  readonly mode?: number;
}

/** A TCP listener: `value` is `ip:port`. */
export interface TcpListenerConfig extends TcpListenOptions {
  readonly type: "socket";
  readonly value: string;
}

/** A unix listener: `value` is a path. */
export interface UnixListenerConfig extends UnixListenOptions {
  readonly type: "unix";
  readonly value: string;
}

/** What to listen on, and how. Plain data: it may come from a file and cross threads. */
export type ListenerConfig = (TcpListenerConfig | UnixListenerConfig) & ListenAddressConfig;

/** Options that Node gives no way to honour, each with the reason. */
const ignoredOptions = {
  reuseAddr: "Node always sets SO_REUSEADDR",
  sendBufferBytes: "Node cannot set SO_SNDBUF of a listening socket; net.ipv4.tcp_wmem rules",
  receiveBufferBytes: "Node cannot set SO_RCVBUF of a listening socket; net.ipv4.tcp_rmem rules",
  fastOpen: "Node cannot set TCP_FASTOPEN",
} as const;

/** Why options of `config` that ask for something do nothing. */
export function ineffectiveOptions(config: ListenerConfig): { option: string; reason: string }[] {
  if (config.type !== "socket") return [];
  const asks = {
    reuseAddr: config.reuseAddr === false,
    sendBufferBytes: config.sendBufferBytes !== undefined,
    receiveBufferBytes: config.receiveBufferBytes !== undefined,
    fastOpen: config.fastOpen === true,
  };
  const options = Object.keys(ignoredOptions) as (keyof typeof ignoredOptions)[];
  return options
    .filter((option) => asks[option])
    .map((option) => ({ option, reason: ignoredOptions[option] }));
}
