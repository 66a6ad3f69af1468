import { asError } from "@monolake/errors";
import { type CommandOutcome, ResultGroup, type WorkerResult } from "../commands/result-group.ts";
import type { ServiceCommand } from "../commands/service-command.ts";
import type { ManagedWorker } from "../workers/managed-worker.ts";
import type { WorkerPlace } from "./worker-place.ts";

/**
 * Gives a command to all workers that are in service, in two steps; one that dies meanwhile counts as failed. What the
 * command took out of service drains when every worker has let go of its listener: a client that is told to come again
 * would be reset by one that still listens and is about to close.
 */
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
  const ends = await Promise.all(
    workers.map((worker, index) =>
      endCommand(worker, prepared[index] as PromiseSettledResult<void>, outcome),
    ),
  );
  const draining = workers.filter((_, index) => ends[index]?.drains === true);
  // One that dies now has nothing left to drain.
  await Promise.allSettled(draining.map((worker) => worker.request("drain", undefined)));
  return new ResultGroup(ends.map(({ result }) => result));
}

interface CommandEnd {
  readonly result: WorkerResult<CommandOutcome>;
  /** The worker waits to be told to drain. */
  readonly drains: boolean;
}

async function endCommand(
  worker: ManagedWorker,
  prepared: PromiseSettledResult<void>,
  outcome: CommandOutcome,
): Promise<CommandEnd> {
  const workerId = worker.id;
  try {
    if (prepared.status === "rejected") throw prepared.reason;
    const drains = outcome === "applied" && (await worker.request("apply", undefined));
    if (outcome === "discarded") await worker.request("discard", undefined);
    return { result: { workerId, ok: true, value: outcome }, drains };
  } catch (thrown) {
    const error = asError(thrown, "the worker failed");
    return { result: { workerId, ok: false, error }, drains: false };
  }
}
