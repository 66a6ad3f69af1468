import { createLogger } from "../logger.ts";
import type { ManagedWorker, WorkerOptions } from "./managed-worker.ts";
import { createWorkerHost } from "./worker-host.ts";
import type { WorkerRequestName, WorkerRequests } from "./worker-protocol.ts";

/** A worker in the calling thread: nothing is copied, and errors stay the objects that they were. */
export function createInlineWorker(options: WorkerOptions): ManagedWorker {
  const { workerId: id, logger, logLevel, onEvent } = options;
  const { host, takeFigures } = createWorkerHost({
    birth: options,
    logger: createLogger(logLevel, (level, fields, message) =>
      logger[level]({ worker: id, ...fields }, message),
    ),
    onDrained: (report) => onEvent({ type: "drained", report }),
  });
  let alive = true;
  const close = async (graceMs: number) => {
    await host.close({ graceMs });
    alive = false;
  };
  return {
    id,
    get alive() {
      return alive;
    },
    get figures() {
      return alive ? takeFigures() : undefined;
    },
    request<Name extends WorkerRequestName>(
      name: Name,
      input: WorkerRequests[Name]["input"],
    ): Promise<WorkerRequests[Name]["output"]> {
      const answer = host[name] as (input: unknown) => Promise<WorkerRequests[Name]["output"]>;
      return answer(input);
    },
    close,
    kill: () => close(0),
  };
}
