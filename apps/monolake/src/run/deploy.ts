import type { ListenSpec, ServiceSpec, WorkerManager } from "@monolake/core";
import type { ListenerConfig, ServerConfig } from "../schema/index.ts";

/**
 * Brings all servers of a configuration up in two stages: every worker makes the services of every server, and only when all
 * of that has worked does the first one begin to listen. Rejects with what failed; nothing is left deployed then.
 */
export async function deployServers(manager: WorkerManager, servers: readonly ServerConfig[]): Promise<void> {
  const begun: string[] = [];
  try {
    for (const server of servers) {
      begun.push(server.key);
      await dispatch(manager, { type: "precommit", site: server.key, service: serviceSpec(server) });
    }
    for (const server of servers) {
      await dispatch(manager, { type: "commit", site: server.key, listen: listenSpec(server) });
    }
  } catch (error) {
    for (const site of begun) await manager.dispatch({ type: "remove", site });
    throw error;
  }
}

async function dispatch(manager: WorkerManager, command: Parameters<WorkerManager["dispatch"]>[0]): Promise<void> {
  (await manager.dispatch(command)).throwIfFailed();
}

const serviceModule = new URL(
  import.meta.url.endsWith(".ts") ? "../stack/service-module.ts" : "./service-module.js",
  import.meta.url,
).href;
const listenModule = import.meta.resolve("@monolake/listener/listen-module");

const serviceSpec = (server: ServerConfig): ServiceSpec => ({ module: serviceModule, config: server });

const listenSpec = (server: ServerConfig): ListenSpec => ({
  module: listenModule,
  config: listenerConfig(server.listener, server.limits.maxConnections),
});

/** The listener package's own form of a listener. */
function listenerConfig(listener: ListenerConfig, maxConnections: number | undefined): object {
  const limit = maxConnections === undefined ? {} : { maxConnections };
  if (listener.type === "unix") {
    const { path, ...options } = listener;
    return { ...options, value: path, ...limit };
  }
  const { host, port, ...options } = listener;
  const value = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return { ...options, value, ...limit };
}
