import { randomBytes } from "node:crypto";
import {
  ConfigInvalidError,
  type ConfigSource,
  type ConfigText,
  createFileSource,
  createReloader,
  type Reloader,
  type ReloadOutcome,
  type SitesOutcome,
} from "@monolake/config";
import { createWorkerManager, type LogLevel, type WorkerManager } from "@monolake/core";
import { formatAddress } from "@monolake/streams";
import type { Logger } from "pino";
import type { ProxyConfig, RuntimeConfig } from "../schema/index.ts";
import { FollowedFiles } from "./followed-files.ts";
import { sitesOf, withFacts } from "./proxy-sites.ts";
import { readConfig } from "./read-config.ts";
import { refuseSharedPorts } from "./refuse-shared-ports.ts";
import { logWorkerLoad } from "./worker-load.ts";
import { FollowedRuntime, workerOptions } from "./worker-settings.ts";

/** A proxy that serves. */
export interface RunningProxy extends AsyncDisposable {
  readonly manager: WorkerManager;
  /** What is served now. */
  readonly config: () => ProxyConfig;
  /** Reads the configuration now and applies what changed; the outcome is logged, too. Never rejects. */
  readonly reload: () => Promise<ReloadOutcome>;
  /** Reloads no more, stops to accept, gives connections time to end, and ends the workers. */
  readonly close: () => Promise<void>;
}

/** How a proxy is run. */
export interface RunProxyOptions {
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  /** How long connections may go on when the proxy stops. Default: what the configuration says. */
  readonly graceMs?: number;
  /** For development: modules that change are loaded afresh. Default false. */
  readonly watchModules?: boolean;
  /** Called with the first configuration before there are workers. What it throws ends the start. */
  readonly beforeWorkers?: (config: ProxyConfig) => void;
}

/**
 * Starts the workers, brings up every server of the configuration, and follows its changes. Rejects when the first
 * configuration cannot be served: `ERR_CONFIG_READ`, `ERR_CONFIG_INVALID` with the problems, `ERR_RELOAD_FAILED`.
 */
export async function runProxy(source: ConfigSource, options: RunProxyOptions): Promise<RunningProxy> {
  const { logger, logLevel } = options;
  // Workers come before servers, and only the configuration knows how many.
  const first = await readConfig(await source.load(), readText);
  if (first.type === "invalid") throw new ConfigInvalidError({ problems: first.problems });
  options.beforeWorkers?.(first.config);
  const { runtime } = first.config;
  const manager = await createWorkerManager({
    ...workerOptions(runtime),
    logger,
    logLevel,
    watchModules: options.watchModules ?? false,
    ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
  });
  try {
    let config = first.config;
    const { reloader, files } = await followConfig(source, {
      manager,
      runtime,
      logger,
      onApplied: (applied) => {
        config = applied;
      },
    });
    logger.info({ version: reloader.version, workers: manager.config.workerThreads }, "ready");
    const endLoadLog = logWorkerLoad(manager, logger);
    const close = async () => {
      endLoadLog();
      files[Symbol.dispose]();
      await Promise.all([reloader.close(), manager.close()]);
    };
    return {
      manager,
      config: () => config,
      reload: () => reloader.reload(),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await manager.close({ graceMs: 0 });
    throw error;
  }
}

const readText = async (file: string): Promise<string> => (await createFileSource(file).load()).files[0].text;

interface FollowOptions {
  readonly manager: WorkerManager;
  /** What the workers were started with. */
  readonly runtime: RuntimeConfig;
  readonly logger: Logger;
  readonly onApplied: (config: ProxyConfig) => void;
}

interface FollowedConfig {
  readonly reloader: Reloader;
  /** A change of one of them is a change of the configuration, too. */
  readonly files: FollowedFiles;
}

async function followConfig(source: ConfigSource, options: FollowOptions): Promise<FollowedConfig> {
  const { manager, runtime, logger } = options;
  const followed = new FollowedRuntime(manager, runtime, logger);
  let latest: ProxyConfig | undefined;
  let reloader: Reloader | undefined;
  const files = new FollowedFiles((file) => {
    logger.info({ file }, "a file that the configuration names has changed");
    void reloader?.reload();
  });
  const read = async (config: ConfigText): Promise<SitesOutcome> => {
    const outcome = await readConfig(config, files.read);
    // Also of one that is refused: with other files it may be good.
    files.follow(outcome.files);
    if (outcome.type === "invalid") return outcome;
    await refuseSharedPorts(outcome.config);
    latest = outcome.config;
    return { type: "valid", sites: sitesOf(outcome.config), warnings: outcome.warnings };
  };
  const onOutcome = (outcome: ReloadOutcome) => {
    if (outcome.type === "refused" || latest === undefined) return;
    options.onApplied(latest);
    if (outcome.type === "applied") logServing(outcome, latest, logger);
    void followed.follow(latest.runtime);
  };
  const ticketSecret = randomBytes(32).toString("base64");
  try {
    reloader = await createReloader({
      manager,
      source,
      read,
      logger,
      withVersion: (service, configVersion) => withFacts(service, { configVersion, ticketSecret }),
      // As it says now, of a reload that is about to be applied.
      drainOnUpdate: () => latest?.runtime.drainOnReload === true,
      onOutcome,
    });
    return { reloader, files };
  } catch (error) {
    files[Symbol.dispose]();
    throw error;
  }
}

function logServing(outcome: ReloadOutcome & { type: "applied" }, config: ProxyConfig, logger: Logger): void {
  const touched = new Set([...outcome.added, ...outcome.changed]);
  for (const server of config.servers) {
    if (!touched.has(server.key)) continue;
    const { version } = outcome;
    logger.info({ server: server.key, listener: formatAddress(server.listener), version }, "serving");
  }
}
