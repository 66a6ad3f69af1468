// For whoever accepts connections.

export type { ListenOptions } from "./listen.ts";
export { listen, listenerFactory } from "./listen.ts";
export type { Listener, ListenerLogger } from "./listener.ts";
export type {
  AcceptOptions,
  ListenerConfig,
  TcpListenerConfig,
  TcpListenOptions,
  UnixListenerConfig,
  UnixListenOptions,
} from "./listener-config.ts";

// For whoever reads configuration.

export type { ListenAddressConfig } from "./listen-address.ts";
export { parseListenAddress } from "./listen-address.ts";
export { parseListenerConfig } from "./parse-listener-config.ts";
export { supportsReusePort } from "./reuse-port.ts";

// For a process that hands its sockets to the one that follows it.

export type { InheritedSocket } from "./inherited-sockets.ts";
export { inheritedSocketsVariable, parseInheritedSockets } from "./inherited-sockets.ts";

// What can go wrong.

export {
  InvalidListenAddressError,
  InvalidListenerConfigError,
  ListenAddressInUseError,
  ListenAddressUnavailableError,
  ListenDirectoryError,
  ListenFailedError,
  ListenPathOccupiedError,
  ListenPathTooLongError,
  ListenPermissionError,
} from "./errors.ts";
