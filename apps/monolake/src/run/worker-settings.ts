import { isDeepStrictEqual } from "node:util";
import type { WorkerManager, WorkerManagerOptions } from "@monolake/core";
import type { Logger } from "pino";
import type { RuntimeConfig } from "../schema/index.ts";

/** What `[runtime]` says, as the worker manager wants it. */
export function workerOptions(runtime: RuntimeConfig): WorkerManagerOptions {
  const { workerThreads, workerHeapMebibytes, cpuAffinity, drainTimeoutMs } = runtime;
  return {
    mode: runtime.workerType,
    runtime: {
      ...(workerThreads === undefined ? {} : { workerThreads }),
      ...(workerHeapMebibytes === undefined ? {} : { heapLimitMebibytes: workerHeapMebibytes }),
      cpuAffinity,
    },
    heartbeatTimeoutMs: runtime.heartbeatTimeoutMs,
    graceMs: drainTimeoutMs,
    drainMs: drainTimeoutMs,
  };
}

/** Keeps the workers as `[runtime]` says, from one reload to the next. */
export class FollowedRuntime {
  readonly #manager: WorkerManager;
  readonly #logger: Logger;
  #running: RuntimeConfig;
  #wanted: RuntimeConfig;

  constructor(manager: WorkerManager, running: RuntimeConfig, logger: Logger) {
    this.#manager = manager;
    this.#running = running;
    this.#wanted = running;
    this.#logger = logger;
  }

  /** Workers are added, removed, or replaced one after the other. What became of it is logged. Never rejects. */
  async follow(wanted: RuntimeConfig): Promise<void> {
    const before = this.#wanted;
    this.#wanted = wanted;
    if (isDeepStrictEqual(wanted, before)) return;
    const { workerType } = this.#running;
    if (wanted.workerType !== workerType) {
      const fields = { running: workerType, configured: wanted.workerType };
      this.#logger.warn(fields, "runtime.worker_type takes effect at the next start");
    }
    const next = { ...wanted, workerType };
    try {
      const { mode: _, ...settings } = workerOptions(next);
      await this.#manager.reconfigure(settings);
      this.#running = next;
      this.#logger.info(
        { workers: this.#manager.config.workerThreads, runtime: next },
        "workers are as [runtime] says",
      );
    } catch (error) {
      // The next reload tries again.
      this.#wanted = this.#running;
      this.#logger.error(
        { err: error, runtime: this.#running },
        "workers cannot be brought to what [runtime] says",
      );
    }
  }
}
