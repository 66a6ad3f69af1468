import type { Site } from "@monolake/config";
import type { ListenSpec, ServiceSpec } from "@monolake/core";
import { formatAddress } from "@monolake/streams";
import type { ListenerConfig, ProxyConfig, ServerConfig } from "../schema/index.ts";
import type { DeployedFacts } from "../stack/deployed-server.ts";

/** The servers of a configuration as what the workers run. */
export function sitesOf({ servers }: ProxyConfig): Map<string, Site> {
  return new Map(
    servers.map((server) => [server.key, { service: serviceSpec(server), listen: listenSpec(server) }]),
  );
}

/** Puts what all workers know alike into what a service is made from, see `service-module.ts`. */
export const withFacts = (service: ServiceSpec, facts: DeployedFacts): ServiceSpec => ({
  ...service,
  config: { ...(service.config as ServerConfig), ...facts },
});

const serviceModule = new URL(
  import.meta.url.endsWith(".ts") ? "../stack/service-module.ts" : "./stack/service-module.js",
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
  const { host: _host, port: _port, ...options } = listener;
  return { ...options, value: formatAddress(listener), ...limit };
}
