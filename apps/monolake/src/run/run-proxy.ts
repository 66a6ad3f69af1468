import { createWorkerManager, type LogLevel, type WorkerManager } from "@monolake/core";
import type { Logger } from "pino";
import type { ProxyConfig, ServerConfig } from "../schema/index.ts";
import { deployServers } from "./deploy.ts";

/** A proxy that serves. */
export interface RunningProxy extends AsyncDisposable {
  readonly manager: WorkerManager;
  /** Stops to accept, gives connections time to end, and ends the workers. */
  readonly close: () => Promise<void>;
}

/** How a proxy is run. */
export interface RunProxyOptions {
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  /** How long connections may go on when the proxy stops. Default 10,000. */
  readonly graceMs?: number;
}

/** Starts the workers and deploys every server. Rejects when one of them cannot be brought up. */
export async function runProxy(config: ProxyConfig, options: RunProxyOptions): Promise<RunningProxy> {
  const { logger } = options;
  const manager = await createWorkerManager({
    runtime: config.runtime,
    logger,
    logLevel: options.logLevel,
    graceMs: options.graceMs ?? 10_000,
    onWorkerDeath: (error) => logger.error({ err: error }, "a worker died"),
  });
  try {
    await deployServers(manager, config.servers);
  } catch (error) {
    await manager.close({ graceMs: 0 });
    throw error;
  }
  for (const server of config.servers) {
    logger.info({ server: server.key, listener: listenerText(server) }, "serving");
  }
  const close = () => manager.close();
  return { manager, close, [Symbol.asyncDispose]: close };
}

/** The listener of a server as people write it. */
export function listenerText({ listener }: Pick<ServerConfig, "listener">): string {
  if (listener.type === "unix") return `unix:${listener.path}`;
  return listener.host.includes(":") ? `[${listener.host}]:${listener.port}` : `${listener.host}:${listener.port}`;
}
