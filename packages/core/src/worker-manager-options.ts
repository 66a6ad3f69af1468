import type { WorkerDiedError } from "./errors.ts";
import { type Logger, type LogLevel, silentLogger } from "./logger.ts";
import { type RuntimeConfig, type RuntimeOptions, resolveRuntimeConfig } from "./runtime-config.ts";
import type { InitSpec } from "./service-spec.ts";

/** Where workers live: each in a thread of its own, or all in the calling thread, for tests and embedding. */
export type WorkerMode = "threads" | "inline";

/** How workers are made and what they report to. */
export interface WorkerManagerOptions {
  /** In inline mode, `workerThreads` is 1 by default and `cpuAffinity` has no effect. */
  readonly runtime?: RuntimeOptions;
  /** Default `threads`. */
  readonly mode?: WorkerMode;
  /** Gets the records of the manager, and those of the workers with the field `worker`. Default: nobody. */
  readonly logger?: Logger;
  /** Records of workers below this level stay in the worker and cost nothing. Default `info`. */
  readonly logLevel?: LogLevel;
  /** Runs in each worker before its first command. Default: nothing. */
  readonly init?: InitSpec;
  /** How long connections may go on after a stop signal, in milliseconds, unless `close` says so. Default 10,000. */
  readonly graceMs?: number;
  /** Called when a worker ends although nobody asked it to. */
  readonly onWorkerDeath?: (error: WorkerDiedError) => void;
}

/** {@link WorkerManagerOptions} with the defaults filled in. */
export interface ResolvedWorkerManagerOptions {
  readonly runtime: RuntimeConfig;
  readonly mode: WorkerMode;
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  readonly init: InitSpec | undefined;
  readonly graceMs: number;
  readonly onWorkerDeath: (error: WorkerDiedError) => void;
}

/** Fills in the defaults. Throws `ERR_RUNTIME_CONFIG` when the runtime options are wrong. */
export function resolveWorkerManagerOptions(options: WorkerManagerOptions): ResolvedWorkerManagerOptions {
  const mode = options.mode ?? "threads";
  const runtime = resolveRuntimeConfig(options.runtime);
  const oneWorker = mode === "inline" && options.runtime?.workerThreads === undefined;
  return {
    runtime: oneWorker ? { ...runtime, workerThreads: 1 } : runtime,
    mode,
    logger: options.logger ?? silentLogger,
    logLevel: options.logLevel ?? "info",
    init: options.init,
    graceMs: options.graceMs ?? 10_000,
    onWorkerDeath: options.onWorkerDeath ?? (() => {}),
  };
}
