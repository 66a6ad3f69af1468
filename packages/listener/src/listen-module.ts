import type { MakeService } from "@monolake/service-async";
import { IdleListener } from "./idle-listener.ts";
import { listenerFactory } from "./listen.ts";
import { parseListenAddress } from "./listen-address.ts";
import type { Listener, ListenerLogger } from "./listener.ts";
import { parseListenerConfig } from "./parse-listener-config.ts";
import { supportsReusePort } from "./reuse-port.ts";

/** What this module has to know of the worker that loads it. */
export interface ListeningWorker {
  /** From 0 to `count - 1`. */
  readonly id: number;
  readonly count: number;
  /** In `processes`, those of node:cluster, all share the socket of the primary process. Default: threads. */
  readonly mode?: "inline" | "processes" | "threads";
  /** 0 for the first worker with this number, more for its successors. */
  readonly generation?: number;
  readonly logger?: ListenerLogger;
}

/**
 * What the workers of `@monolake/core` call: `{ module: import.meta.resolve("@monolake/listener/listen-module"), config }`
 * with a `ListenerConfig`, or its file form, as `config`.
 *
 * On TCP every worker listens for itself. A unix socket, and a port where the system has no SO_REUSEPORT, can only be
 * bound once: worker 0 accepts, and the others hold a listener that never does. Processes take turns at one socket.
 *
 * @throws {InvalidListenerConfigError} `ERR_LISTENER_CONFIG_INVALID`
 * @throws {InvalidListenAddressError} `ERR_LISTEN_ADDRESS_INVALID`
 */
export function createListener(config: unknown, worker: ListeningWorker): MakeService<Listener> {
  const checked = parseListenerConfig(config);
  const { logger, mode, generation = 0 } = worker;
  const shared = mode === "processes";
  const listeners = listenerFactory(checked, {
    succeed: true,
    shared,
    // The worker before, if it still lives, is about to leave.
    takeOver: generation > 0,
    ...(generation === 0 || shared ? { inheritAs: worker.id } : {}),
    ...(logger === undefined ? {} : { logger }),
  });
  if (worker.id === 0 || shared) return listeners;
  const idle = () => new IdleListener(parseListenAddress(checked));
  if (checked.type === "unix") return { make: async () => idle() };
  const canShare = async () => checked.reusePort !== false && (await supportsReusePort());
  return { make: async () => ((await canShare()) ? listeners.make() : idle()) };
}
