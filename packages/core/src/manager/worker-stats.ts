import type { ExecutorStats } from "../executor/service-executor.ts";
import type { WorkerPlace } from "./worker-place.ts";

/** What one worker holds at this moment; a dead worker holds nothing. */
export interface WorkerStats extends ExecutorStats {
  readonly workerId: number;
  readonly alive: boolean;
}

/** Asks the worker that is in service in a place. */
export async function statsOf({ id: workerId, worker }: WorkerPlace): Promise<WorkerStats> {
  try {
    if (worker !== undefined) return { workerId, alive: true, ...(await worker.request("stats", undefined)) };
  } catch (error) {
    if (worker?.alive === true) throw error;
  }
  return { workerId, alive: false, sites: [], connections: 0, services: 0 };
}
