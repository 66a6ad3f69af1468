import { coreOfWorker } from "../workers/cpu-affinity.ts";
import { heartbeatOf } from "../workers/heartbeat.ts";
import { createInlineWorker } from "../workers/inline-worker.ts";
import type { ManagedWorker, WorkerOptions } from "../workers/managed-worker.ts";
import { processCarrier } from "../workers/process-carrier.ts";
import { RemoteWorker } from "../workers/remote-worker.ts";
import { threadCarrier } from "../workers/thread-carrier.ts";
import type { ResolvedWorkerManagerOptions } from "./worker-manager-options.ts";
import { WorkerPlace, type WorkerPlaceOptions } from "./worker-place.ts";

/** What the manager's options do not say of a place. */
export interface CreatePlaceOptions extends Pick<WorkerPlaceOptions, "admit" | "changed" | "id" | "report"> {
  /** What the next worker is made with. */
  readonly options: () => ResolvedWorkerManagerOptions;
  readonly onModule: (url: string) => void;
}

/** Makes the place of one worker, in the mode that the options say. */
export function createWorkerPlace({ id, options, onModule, ...place }: CreatePlaceOptions): WorkerPlace {
  return new WorkerPlace({
    id,
    ...place,
    settings: () => {
      const { drainMs, init, mode, runtime, startLimitMs } = options();
      const core = runtime.cpuAffinity && mode !== "inline" ? coreOfWorker(id) : undefined;
      return { start: { init, core }, startLimitMs, drainMs };
    },
    create: (callbacks) => {
      const { mode, logger, logLevel, drainMs, heartbeatTimeoutMs, runtime, watchModules } = options();
      return createWorker(options(), {
        ...callbacks,
        workerId: id,
        workerCount: runtime.workerThreads,
        mode,
        logLevel,
        drainMs,
        heartbeat: heartbeatOf(heartbeatTimeoutMs),
        watchModules: watchModules && mode !== "inline",
        onModule,
        logger,
      });
    },
  });
}

function createWorker({ mode, runtime }: ResolvedWorkerManagerOptions, worker: WorkerOptions): ManagedWorker {
  switch (mode) {
    case "inline":
      return createInlineWorker(worker);
    case "threads":
      return new RemoteWorker(worker, threadCarrier(runtime.heapLimitMebibytes));
    case "processes":
      return new RemoteWorker(worker, processCarrier(runtime.heapLimitMebibytes));
    default: {
      const never: never = mode;
      throw new TypeError(`unknown mode ${JSON.stringify(never)}`);
    }
  }
}
