import type { SiteRecord } from "../commands/deployed-state.ts";
import type { ServiceCommand } from "../commands/service-command.ts";
import type { WorkerInfo } from "../commands/worker-info.ts";
import { runInit } from "../executor/load-spec.ts";
import type { BeginDrain, PreparedCommand } from "../executor/prepare-command.ts";
import type { DrainReport } from "../executor/service-drain.ts";
import { createServiceExecutor, type ExecutorStats } from "../executor/service-executor.ts";
import type { Logger } from "../logger.ts";
import { pinThread } from "./cpu-affinity.ts";
import { FiguresRecorder, type WorkerFigures } from "./worker-figures.ts";
import type { WorkerBirth, WorkerHost } from "./worker-protocol.ts";

/** What a worker's inside needs besides what it is born with. */
export interface WorkerHostOptions {
  readonly birth: Pick<WorkerBirth, "drainMs" | "generation" | "mode" | "workerCount" | "workerId">;
  readonly logger: Logger;
  readonly onDrained: (report: DrainReport) => void;
}

/** One worker's inside. */
export interface HostedWorker {
  /** Answers the manager. */
  readonly host: WorkerHost;
  readonly takeFigures: () => WorkerFigures;
}

/** Makes one worker's inside: its executor, and the command that waits for the other workers. */
export function createWorkerHost({ birth, logger, onDrained }: WorkerHostOptions): HostedWorker {
  const { workerId: id, workerCount: count, mode, generation, drainMs } = birth;
  const worker: WorkerInfo = { id, count, mode, generation, logger, counts: { requests: 0 } };
  const executor = createServiceExecutor(worker, { drainMs, onDrained });
  const figures = new FiguresRecorder({ workerId: id, counts: worker.counts, executor });
  let prepared: PreparedCommand | undefined;
  let beginDrain: BeginDrain | undefined;
  const takePrepared = (): PreparedCommand => {
    if (prepared === undefined) throw new TypeError("no command is prepared");
    const taken = prepared;
    prepared = undefined;
    return taken;
  };
  const host: WorkerHost = {
    async start({ core, init }) {
      if (core !== undefined) await pinOrWarn(core, worker);
      return init === undefined ? undefined : await runInit(init, worker);
    },
    restore: (sites: readonly SiteRecord[]) => executor.restore(sites),
    async prepare(command: ServiceCommand): Promise<void> {
      prepared = await executor.prepare(command);
    },
    async apply() {
      beginDrain = await takePrepared().apply();
      return beginDrain !== undefined;
    },
    async drain() {
      beginDrain?.();
      beginDrain = undefined;
    },
    discard: async () => takePrepared().discard(),
    stats: async (): Promise<ExecutorStats> => executor.stats(),
    async close(options) {
      await executor.close(options);
      figures.stop();
    },
  };
  return { host, takeFigures: () => figures.take() };
}

async function pinOrWarn(core: number, { logger }: WorkerInfo): Promise<void> {
  try {
    await pinThread(core);
    logger.debug({ core }, "pinned to a core");
  } catch (error) {
    logger.warn({ core, err: error }, "pinning to a core failed");
  }
}
