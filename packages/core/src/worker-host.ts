import { pinThread } from "./cpu-affinity.ts";
import { runInit } from "./load-spec.ts";
import type { PreparedCommand } from "./prepare-command.ts";
import type { ServiceCommand } from "./service-command.ts";
import { createServiceExecutor, type ExecutorStats } from "./service-executor.ts";
import type { WorkerInfo } from "./service-spec.ts";
import type { WorkerHost } from "./worker-protocol.ts";

/** Makes one worker's inside: its executor, and the command that waits for the other workers. */
export function createWorkerHost(worker: WorkerInfo): WorkerHost {
  const executor = createServiceExecutor(worker);
  let prepared: PreparedCommand | undefined;
  const takePrepared = (): PreparedCommand => {
    if (prepared === undefined) throw new TypeError("no command is prepared");
    const taken = prepared;
    prepared = undefined;
    return taken;
  };
  return {
    async start({ core, init }) {
      if (core !== undefined) await pinOrWarn(core, worker);
      return init === undefined ? undefined : await runInit(init, worker);
    },
    async prepare(command: ServiceCommand): Promise<void> {
      prepared = await executor.prepare(command);
    },
    apply: async () => takePrepared().apply(),
    discard: async () => takePrepared().discard(),
    stats: async (): Promise<ExecutorStats> => executor.stats(),
    close: (options) => executor.close(options),
  };
}

async function pinOrWarn(core: number, { logger }: WorkerInfo): Promise<void> {
  try {
    await pinThread(core);
    logger.debug({ core }, "pinned to a core");
  } catch (error) {
    logger.warn({ core, err: error }, "pinning to a core failed");
  }
}
