import { asError } from "@monolake/errors";
import { type CommandOutcome, ResultGroup, type WorkerResult } from "../commands/result-group.ts";
import type { ServiceCommand } from "../commands/service-command.ts";
import type { ManagedWorker } from "../workers/managed-worker.ts";
import type { WorkerPlace } from "./worker-place.ts";

/** How a command is given to workers. */
export interface DispatchOptions {
  /** The others prepare it when one worker has. */
  readonly oneFirst: boolean;
}

/**
 * Gives a command to all workers that are in service, in two steps; one that dies meanwhile counts as failed. What the
 * command took out of service drains when every worker has let go of its listener: a client that is told to come again
 * would be reset by one that still listens and is about to close.
 */
export async function dispatchTo(
  places: readonly WorkerPlace[],
  command: ServiceCommand,
  { oneFirst }: DispatchOptions,
): Promise<ResultGroup<CommandOutcome>> {
  const workers = places.map(({ worker }) => worker).filter((worker) => worker !== undefined);
  if (workers.length === 0)
    return new ResultGroup(
      places.map(({ id, lastError }) => ({ workerId: id, ok: false, error: lastError })),
    );
  const prepared = await (oneFirst ? prepareInOneFirst(workers, command) : prepareInAll(workers, command));
  const outcome = prepared.every(({ answer }) => answer?.status === "fulfilled") ? "applied" : "discarded";
  const ends = await Promise.all(prepared.map((one) => endCommand(one, outcome)));
  const draining = ends.filter(({ drains }) => drains);
  // One that dies now has nothing left to drain.
  await Promise.allSettled(draining.map(({ worker }) => worker.request("drain", undefined)));
  return new ResultGroup(ends.map(({ result }) => result));
}

interface PreparedWorker {
  readonly worker: ManagedWorker;
  /** Undefined: it was not asked, as another one had failed. */
  readonly answer: PromiseSettledResult<void> | undefined;
}

async function prepareInAll(
  workers: readonly ManagedWorker[],
  command: ServiceCommand,
): Promise<PreparedWorker[]> {
  const answers = await Promise.allSettled(workers.map((worker) => worker.request("prepare", command)));
  return workers.map((worker, index) => ({ worker, answer: answers[index] }));
}

/** The last one first: where only one worker can accept, as from a unix socket, it is the first one. */
async function prepareInOneFirst(
  workers: readonly ManagedWorker[],
  command: ServiceCommand,
): Promise<PreparedWorker[]> {
  const first = await prepareInAll(workers.slice(-1), command);
  // One that has died before it is asked has no say, as those that were dead before.
  const others = workers.slice(0, -1).filter(({ alive }) => alive);
  if (first.some(({ answer }) => answer?.status === "rejected"))
    return [...others.map((worker) => ({ worker, answer: undefined })), ...first];
  return [...(await prepareInAll(others, command)), ...first];
}

interface CommandEnd {
  readonly worker: ManagedWorker;
  readonly result: WorkerResult<CommandOutcome>;
  /** The worker waits to be told to drain. */
  readonly drains: boolean;
}

async function endCommand({ worker, answer }: PreparedWorker, outcome: CommandOutcome): Promise<CommandEnd> {
  const workerId = worker.id;
  try {
    if (answer === undefined)
      return { worker, result: { workerId, ok: true, value: outcome }, drains: false };
    if (answer.status === "rejected") throw answer.reason;
    const drains = outcome === "applied" && (await worker.request("apply", undefined));
    if (outcome === "discarded") await worker.request("discard", undefined);
    return { worker, result: { workerId, ok: true, value: outcome }, drains };
  } catch (thrown) {
    const error = asError(thrown, "the worker failed");
    return { worker, result: { workerId, ok: false, error }, drains: false };
  }
}
