import { createLogger, type Logger, type LogLevel } from "./logger.ts";
import type { ManagedWorker } from "./managed-worker.ts";
import { createWorkerHost } from "./worker-host.ts";
import type { WorkerHost, WorkerRequestName, WorkerRequests } from "./worker-protocol.ts";

/** What every kind of worker is made from. */
export interface WorkerOptions {
  readonly id: number;
  readonly count: number;
  readonly logger: Logger;
  /** Records below this level stay in the worker. */
  readonly logLevel: LogLevel;
}

/** A worker in the calling thread: nothing is copied, and errors stay the objects that they were. */
export function createInlineWorker({ id, count, logger, logLevel }: WorkerOptions): ManagedWorker {
  const host: WorkerHost = createWorkerHost({
    id,
    count,
    logger: createLogger(logLevel, (level, fields, message) =>
      logger[level]({ worker: id, ...fields }, message),
    ),
  });
  let alive = true;
  return {
    id,
    get alive() {
      return alive;
    },
    request<Name extends WorkerRequestName>(
      name: Name,
      input: WorkerRequests[Name]["input"],
    ): Promise<WorkerRequests[Name]["output"]> {
      const answer = host[name] as (input: unknown) => Promise<WorkerRequests[Name]["output"]>;
      return answer(input);
    },
    async close(graceMs) {
      await host.close({ graceMs });
      alive = false;
    },
  };
}
