import type { InitSpec } from "../commands/service-spec.ts";
import type { WorkerMode } from "../commands/worker-info.ts";
import { type Logger, type LogLevel, silentLogger } from "../logger.ts";
import type { WorkerEvent } from "../workers/worker-events.ts";
import { type RuntimeConfig, type RuntimeOptions, resolveRuntimeConfig } from "./runtime-config.ts";

/** How workers are made and what they report to. */
export interface WorkerManagerOptions {
  /** In inline mode, `workerThreads` is 1 by default, and `cpuAffinity` and `heapLimitMebibytes` have no effect. */
  readonly runtime?: RuntimeOptions;
  /** Default `threads`. */
  readonly mode?: WorkerMode;
  /** Gets the records of the manager, and those of the workers with the field `worker`. Default: nobody. */
  readonly logger?: Logger;
  /** Records below this level are not made; those of workers stay in the worker and cost nothing. Default `info`. */
  readonly logLevel?: LogLevel;
  /** Runs in each worker before its first command. Default: nothing. */
  readonly init?: InitSpec;
  /** How long connections may go on after a stop signal, in milliseconds, unless `close` says so. Default 30,000. */
  readonly graceMs?: number;
  /**
   * The same for the connections of a service that was removed, moved or drained, and for those of a worker that gives its
   * place to another one. Default 30,000.
   */
  readonly drainMs?: number;
  /** A worker that gives no sign of life for so long is ended and replaced. Default 10,000. */
  readonly heartbeatTimeoutMs?: number;
  /** A worker that is not ready after so long is ended and made again. Default 60,000. */
  readonly startLimitMs?: number;
  /**
   * For development: when the file of a module that a worker loaded changes, new workers take the places of all, and so load
   * it, and what it imports, afresh. Threads and processes only. Default false.
   */
  readonly watchModules?: boolean;
  /** Gets what happens to workers, from the first on. What it throws is only logged. */
  readonly onEvent?: (event: WorkerEvent) => void;
}

/** What of a manager's options can change while it runs. */
export type WorkerSettings = Pick<
  WorkerManagerOptions,
  "drainMs" | "graceMs" | "heartbeatTimeoutMs" | "runtime" | "startLimitMs"
>;

/** {@link WorkerManagerOptions} with the defaults filled in. */
export interface ResolvedWorkerManagerOptions {
  readonly runtime: RuntimeConfig;
  readonly mode: WorkerMode;
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  readonly init: InitSpec | undefined;
  readonly graceMs: number;
  readonly drainMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly startLimitMs: number;
  readonly watchModules: boolean;
  readonly onEvent: (event: WorkerEvent) => void;
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
    graceMs: options.graceMs ?? 30_000,
    drainMs: options.drainMs ?? 30_000,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 10_000,
    startLimitMs: options.startLimitMs ?? 60_000,
    watchModules: options.watchModules ?? false,
    onEvent: options.onEvent ?? (() => {}),
  };
}

/** The options with some settings changed; what `settings` leaves out stays. Throws `ERR_RUNTIME_CONFIG`. */
export function changeWorkerSettings(
  options: ResolvedWorkerManagerOptions,
  settings: WorkerSettings,
): ResolvedWorkerManagerOptions {
  const { runtime, ...limits } = settings;
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return {
    ...options,
    ...given,
    runtime: runtime === undefined ? options.runtime : resolveRuntimeConfig(runtime),
  };
}

/** Whether workers that were made with `before` are others than those that would be made with `next`. */
export function mustBeReplaced(
  before: ResolvedWorkerManagerOptions,
  next: ResolvedWorkerManagerOptions,
): boolean {
  return (
    before.runtime.heapLimitMebibytes !== next.runtime.heapLimitMebibytes ||
    before.runtime.cpuAffinity !== next.runtime.cpuAffinity ||
    before.heartbeatTimeoutMs !== next.heartbeatTimeoutMs ||
    before.drainMs !== next.drainMs
  );
}
