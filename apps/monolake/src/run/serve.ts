import type { ConfigSource } from "@monolake/config";
import type { LogLevel } from "@monolake/core";
import type { ProxyConfig } from "../schema/index.ts";
import { adoptSockets, closeUnusedSockets, refuseActivatedThreads } from "./adopted-sockets.ts";
import { handOver } from "./hand-over.ts";
import { createProxyLogger } from "./logger.ts";
import { type RunningProxy, runProxy } from "./run-proxy.ts";
import { notifyServiceManager } from "./service-manager.ts";
import { tellReady } from "./successor.ts";
import { untilSignal } from "./until-signal.ts";

/** How a proxy is run. */
export interface ServeSettings {
  readonly logLevel: LogLevel;
  /** For development: modules that change are loaded afresh. */
  readonly dev: boolean;
}

/** Runs the proxy of this process until a signal ends it, or a successor takes over. */
export async function serve(source: ConfigSource, { logLevel, dev }: ServeSettings): Promise<void> {
  const signal = untilSignal();
  let proxy: RunningProxy | undefined;
  const succeeded = Promise.withResolvers<"SIGUSR2">();
  const stopping = new AbortController();
  const logger = createProxyLogger(logLevel);
  // Before anything else: without a listener for them, the signals would end the process.
  process.on("SIGHUP", () => void proxy?.reload());
  process.on("SIGUSR2", () => {
    if (proxy !== undefined) void handOver(proxy, logger, stopping.signal).then(succeeded.resolve, () => {});
  });
  const adopted = adoptSockets(process.env);
  const beforeWorkers = (config: ProxyConfig) => refuseActivatedThreads(adopted, config);
  proxy = await runProxy(source, { logger, logLevel, beforeWorkers, watchModules: dev });
  closeUnusedSockets(adopted, proxy.config(), proxy.manager.config.workerThreads);
  await notifyServiceManager(["--ready"], logger);
  tellReady();
  const reason = await Promise.race([signal, succeeded.promise]);
  logger.info({ signal: reason }, "closing");
  // With a successor, the service is not stopping.
  if (reason !== "SIGUSR2") {
    stopping.abort();
    void notifyServiceManager(["STOPPING=1"], logger);
  }
  await proxy.close();
  logger.info("closed");
}
