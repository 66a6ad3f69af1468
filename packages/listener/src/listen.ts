import { resolve } from "node:path";
import type { MakeService } from "@monolake/service-async";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import { AcceptingServer, type AcceptSettings } from "./accepting-server.ts";
import type { Binding } from "./binding.ts";
import { ClusterBinding } from "./cluster-binding.ts";
import { InheritedBinding } from "./inherited-binding.ts";
import { takeInheritedSocket } from "./inherited-sockets.ts";
import { parseListenAddress } from "./listen-address.ts";
import { type Listener, type ListenerLogger, silentLogger } from "./listener.ts";
import { ineffectiveOptions, type ListenerConfig, type TcpListenerConfig } from "./listener-config.ts";
import { parseListenerConfig } from "./parse-listener-config.ts";
import { forgetClosedServer, type StartedServer, sharedServer } from "./shared-servers.ts";
import { SocketListener } from "./socket-listener.ts";
import { TcpBinding } from "./tcp-binding.ts";
import { UnixBinding } from "./unix-binding.ts";

/** What a listener is given beside its configuration. */
export interface ListenOptions {
  /** Gets what nobody can be told: ignored options, connections that had to be closed. Default: nobody. */
  readonly logger?: ListenerLogger;
  /** Closes the listener. */
  readonly signal?: AbortSignal;
  /**
   * A listener of this thread that has the address already, made with `succeed` too, is succeeded instead of being in
   * the way: both take from one socket until one of them closes, so no connection is lost. Default false.
   */
  readonly succeed?: boolean;
  /**
   * In a process of node:cluster: all of its processes take from one socket, which the primary process holds and from which
   * it hands connections out in turn. Without it, each has a socket of its own. Default false.
   */
  readonly shared?: boolean;
  /**
   * A unix socket on which somebody answers is replaced, without a moment in which nobody does: for the successor of whoever
   * listens there. Default false: the address is in use then.
   */
  readonly takeOver?: boolean;
  /** Takes a socket that this process was given for the address (`MONOLAKE_SOCKETS`), as the worker of this number. */
  readonly inheritAs?: number;
}

const defaultBacklog = 1_024;
const defaultKeepAliveDelayMs = 60_000;

/**
 * Listens and accepts connections.
 *
 * @throws {InvalidListenerConfigError} `ERR_LISTENER_CONFIG_INVALID`
 * @throws {InvalidListenAddressError} `ERR_LISTEN_ADDRESS_INVALID`
 * @throws {ListenAddressInUseError} `ERR_LISTEN_ADDRESS_IN_USE`
 * @throws {ListenPermissionError} `ERR_LISTEN_PERMISSION_DENIED`
 * @throws {ListenAddressUnavailableError} `ERR_LISTEN_ADDRESS_UNAVAILABLE`
 * @throws {ListenPathTooLongError} `ERR_LISTEN_PATH_TOO_LONG`
 * @throws {ListenPathOccupiedError} `ERR_LISTEN_PATH_OCCUPIED`
 * @throws {ListenDirectoryError} `ERR_LISTEN_DIRECTORY_MISSING`
 * @throws {ListenFailedError} `ERR_LISTEN_FAILED`
 */
export async function listen(config: ListenerConfig, options: ListenOptions = {}): Promise<Listener> {
  const { logger = silentLogger, signal } = options;
  signal?.throwIfAborted();
  const checked = parseListenerConfig(config);
  const address = parseListenAddress(checked);
  for (const ignored of ineffectiveOptions(checked)) {
    logger.warn({ address: formatAddress(address), ...ignored }, "this option of the listener has no effect");
  }
  const settings = settingsOf(checked);
  const start = async (): Promise<StartedServer> => {
    const binding = bindingOf(checked, address, options);
    // Before it is bound, so that nobody gets in whom the permissions keep out.
    binding.permit(settings.mode);
    const server = new AcceptingServer(binding, logger);
    return { server, address: await server.start() };
  };
  const key = options.succeed === true ? sharingKeyOf(checked, address, options) : undefined;
  const started = await (key === undefined ? start() : sharedServer(key, start));
  const listener: Listener = new SocketListener({
    ...started,
    settings,
    maxWaiting: checked.backlog ?? defaultBacklog,
    onClosed: () => {
      signal?.removeEventListener("abort", close);
      return key === undefined ? Promise.resolve() : forgetClosedServer(key);
    },
  });
  const close = () => void listener.close();
  if (signal?.aborted) close();
  else signal?.addEventListener("abort", close, { once: true });
  return listener;
}

/** A factory of listeners: nothing is checked or bound before `make`, which does what {@link listen} does. */
export function listenerFactory(config: ListenerConfig, options: ListenOptions = {}): MakeService<Listener> {
  return { make: () => listen(config, options) };
}

function bindingOf(config: ListenerConfig, address: SocketAddress, options: ListenOptions): Binding {
  const { shared = false, takeOver = false, inheritAs } = options;
  const inherited =
    inheritAs === undefined ? undefined : takeInheritedSocket(address, { index: inheritAs, shared });
  const own = ownBinding(config, address, { shared, takeOver: takeOver || inherited !== undefined });
  const fd = inherited?.fd;
  return fd === undefined ? own : new InheritedBinding({ address, fd, exclusive: !shared, otherwise: own });
}

function ownBinding(
  config: ListenerConfig,
  address: SocketAddress,
  { shared, takeOver }: { readonly shared: boolean; readonly takeOver: boolean },
): Binding {
  const backlog = config.backlog ?? defaultBacklog;
  const { reusePort, ipv6Only = false } = config.type === "socket" ? config : {};
  if (shared) return new ClusterBinding(address, { backlog, ipv6Only });
  if (address.type === "unix") return new UnixBinding(address.path, { backlog, takeOver });
  return new TcpBinding(address, { backlog, reusePort, ipv6Only });
}

function settingsOf(config: ListenerConfig): AcceptSettings {
  const tcp: Partial<TcpListenerConfig> = config.type === "socket" ? config : {};
  return {
    mode: config.type === "unix" ? config.mode : undefined,
    noDelay: tcp.noDelay ?? true,
    keepAlive: tcp.keepAlive ?? false,
    keepAliveDelayMs: tcp.keepAliveDelayMs ?? defaultKeepAliveDelayMs,
    maxConnections: config.maxConnections,
    reservedDescriptors: config.reservedDescriptors,
  };
}

/** Listeners with the same key can share a socket; undefined for an address that is a new one each time. */
function sharingKeyOf(
  config: ListenerConfig,
  address: SocketAddress,
  { shared = false }: ListenOptions,
): string | undefined {
  if (config.type === "unix") return `unix:${resolve(config.value)}`;
  if (address.type === "socket" && address.port === 0) return undefined;
  // The primary process has one socket for an address, with what it was bound with.
  if (shared) return formatAddress(address);
  // What was decided when the socket was bound; with another value it takes a socket of its own beside the old one.
  const { backlog, reusePort, ipv6Only } = config;
  return `${formatAddress(address)} ${JSON.stringify([backlog, reusePort, ipv6Only])}`;
}
