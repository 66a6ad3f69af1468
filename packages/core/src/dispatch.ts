import type { ManagedWorker } from "./managed-worker.ts";
import { type CommandOutcome, ResultGroup, type WorkerResult } from "./result-group.ts";
import type { ServiceCommand } from "./service-command.ts";
import type { WorkerPlace } from "./worker-place.ts";

/** Gives a command to all workers that are in service, in two steps; one that dies meanwhile counts as failed. */
export async function dispatchTo(
  places: readonly WorkerPlace[],
  command: ServiceCommand,
): Promise<ResultGroup<CommandOutcome>> {
  const workers = places.map(({ worker }) => worker).filter((worker) => worker !== undefined);
  if (workers.length === 0)
    return new ResultGroup(
      places.map(({ id, lastError }) => ({ workerId: id, ok: false, error: lastError })),
    );
  const prepared = await Promise.allSettled(workers.map((worker) => worker.request("prepare", command)));
  const outcome = prepared.every(({ status }) => status === "fulfilled") ? "applied" : "discarded";
  const results = workers.map((worker, index) =>
    endCommand(worker, prepared[index] as PromiseSettledResult<void>, outcome),
  );
  return new ResultGroup(await Promise.all(results));
}

async function endCommand(
  worker: ManagedWorker,
  prepared: PromiseSettledResult<void>,
  outcome: CommandOutcome,
): Promise<WorkerResult<CommandOutcome>> {
  const workerId = worker.id;
  try {
    if (prepared.status === "rejected") throw prepared.reason;
    await worker.request(outcome === "applied" ? "apply" : "discard", undefined);
    return { workerId, ok: true, value: outcome };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error("the worker failed", { cause: thrown });
    return { workerId, ok: false, error };
  }
}
