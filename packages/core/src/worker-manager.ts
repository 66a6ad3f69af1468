import { coreOfWorker } from "./cpu-affinity.ts";
import {
  CoreClosedError,
  SpecNotTransferableError,
  type WorkerDiedError,
  WorkerStartError,
} from "./errors.ts";
import { createInlineWorker } from "./inline-worker.ts";
import { reasonOf } from "./load-spec.ts";
import type { ManagedWorker } from "./managed-worker.ts";
import { ResultGroup, type WorkerResult } from "./result-group.ts";
import { type RuntimeConfig, runtimeNotices } from "./runtime-config.ts";
import type { ServiceCommand } from "./service-command.ts";
import type { CloseOptions, ExecutorStats } from "./service-executor.ts";
import { ThreadWorker } from "./thread-worker.ts";
import {
  type ResolvedWorkerManagerOptions,
  resolveWorkerManagerOptions,
  type WorkerManagerOptions,
} from "./worker-manager-options.ts";

/** What became of a command in a worker where nothing failed: `discarded` means that another worker failed. */
export type CommandOutcome = "applied" | "discarded";

/** What one worker holds at this moment; a dead worker holds nothing. */
export interface WorkerStats extends ExecutorStats {
  readonly workerId: number;
  readonly alive: boolean;
}

/** Starts workers, gives all of them the same commands, and ends them. */
export class WorkerManager implements AsyncDisposable {
  readonly #options: ResolvedWorkerManagerOptions;
  readonly #workers: readonly ManagedWorker[];
  #initOutputs: readonly unknown[] = [];
  #started = false;
  #dispatched: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(options: ResolvedWorkerManagerOptions) {
    this.#options = options;
    const count = options.runtime.workerThreads;
    this.#workers = Array.from({ length: count }, (_, id) => this.#createWorker(id, count));
  }

  /** Makes a manager and its workers; {@link createWorkerManager} calls it. */
  static async start(options: ResolvedWorkerManagerOptions): Promise<WorkerManager> {
    const manager = new WorkerManager(options);
    await manager.#start();
    return manager;
  }

  /** The runtime options in force. */
  get config(): RuntimeConfig {
    return this.#options.runtime;
  }

  /** What the init hook gave in each worker, in worker order; copies, unless the workers are inline. */
  get initOutputs(): readonly unknown[] {
    return this.#initOutputs;
  }

  /**
   * Gives a command to all workers at once, all or nothing: every worker first does what can fail, then either all of
   * them apply the command, or, when one failed, none does and all stay as they were. Dispatches are executed one
   * after the other.
   *
   * The group has the result of each living worker; dead ones have no say, unless none is left. Failures are in the
   * group: the codes of {@link ServiceExecutor.execute}, and `ERR_WORKER_DIED`. Rejects with
   * {@link SpecNotTransferableError} when the command cannot be sent, {@link CoreClosedError} after `close`.
   */
  async dispatch(command: ServiceCommand): Promise<ResultGroup<CommandOutcome>> {
    this.#throwIfClosed();
    this.#throwUnlessTransferable(command, `the ${command.type} of site ${command.site}`);
    const dispatched = this.#dispatched.then(() => this.#dispatch(command));
    this.#dispatched = dispatched.catch(() => {});
    return dispatched;
  }

  /** What each worker holds at this moment, in worker order. */
  stats(): Promise<WorkerStats[]> {
    return Promise.all(this.#workers.map(statsOf));
  }

  /**
   * The stop signal: listeners close at once, connections get `graceMs`, then the threads end. Never rejects. Later
   * calls give the promise of the first one.
   */
  close({ graceMs = this.#options.graceMs }: Partial<CloseOptions> = {}): Promise<void> {
    this.#closed ??= Promise.all(this.#workers.map((worker) => worker.close(graceMs))).then(() => {});
    return this.#closed;
  }

  /** Closes with the default grace period. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createWorker(id: number, count: number): ManagedWorker {
    const { mode, logger, logLevel } = this.#options;
    if (mode === "inline") return createInlineWorker({ id, count, logger, logLevel });
    const onDeath = (error: WorkerDiedError) => this.#onWorkerDeath(error);
    return new ThreadWorker({ id, count, logger, logLevel, onDeath });
  }

  async #start(): Promise<void> {
    const { init, mode, runtime } = this.#options;
    const outputs = await Promise.allSettled(
      this.#workers.map((worker) => {
        const core = runtime.cpuAffinity && mode === "threads" ? coreOfWorker(worker.id) : undefined;
        return worker.request("start", { init, core });
      }),
    );
    const failed = outputs.findIndex(({ status }) => status === "rejected");
    if (failed >= 0) {
      const { reason: cause } = outputs[failed] as PromiseRejectedResult;
      await this.close({ graceMs: 0 });
      throw new WorkerStartError({ workerId: failed, reason: reasonOf(cause), cause });
    }
    this.#initOutputs = outputs.map((output) => (output as PromiseFulfilledResult<unknown>).value);
    this.#started = true;
  }

  async #dispatch(command: ServiceCommand): Promise<ResultGroup<CommandOutcome>> {
    this.#throwIfClosed();
    const living = this.#workers.filter((worker) => worker.alive);
    const workers = living.length > 0 ? living : this.#workers;
    const prepared = await Promise.allSettled(workers.map((worker) => worker.request("prepare", command)));
    const outcome = prepared.every(({ status }) => status === "fulfilled") ? "applied" : "discarded";
    const results = workers.map((worker, index) =>
      endCommand(worker, prepared[index] as PromiseSettledResult<void>, outcome),
    );
    return new ResultGroup(await Promise.all(results));
  }

  /** Replacing the worker belongs here: in the order of dispatches, brought to what the living ones hold. */
  #onWorkerDeath(error: WorkerDiedError): void {
    this.#options.logger.error({ worker: error.workerId, err: error }, "a worker died");
    if (this.#started) this.#options.onWorkerDeath(error);
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw new CoreClosedError({ what: "worker manager" });
  }

  #throwUnlessTransferable(value: unknown, what: string): void {
    if (this.#options.mode === "threads") throwUnlessTransferable(value, what);
  }
}

/**
 * Starts the workers, in threads unless `mode` says otherwise, and resolves when each has run the init hook.
 *
 * Rejects with {@link RuntimeConfigError}, {@link SpecNotTransferableError} (an init hook that is a function, for
 * threads), or {@link WorkerStartError}; no worker is left then.
 */
export async function createWorkerManager(options: WorkerManagerOptions = {}): Promise<WorkerManager> {
  const resolved = resolveWorkerManagerOptions(options);
  if (resolved.mode === "threads") throwUnlessTransferable(resolved.init, "the init hook");
  for (const { key, value, message } of runtimeNotices(options.runtime ?? {}))
    resolved.logger.info({ key, value }, message);
  if (resolved.mode === "inline" && resolved.runtime.cpuAffinity)
    resolved.logger.info(
      { key: "cpuAffinity" },
      "inline workers are not pinned: they share the calling thread",
    );
  return WorkerManager.start(resolved);
}

async function statsOf(worker: ManagedWorker): Promise<WorkerStats> {
  const workerId = worker.id;
  try {
    if (worker.alive) return { workerId, alive: true, ...(await worker.request("stats", undefined)) };
  } catch (error) {
    if (worker.alive) throw error;
  }
  return { workerId, alive: false, sites: [], connections: 0, services: 0 };
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

function throwUnlessTransferable(value: unknown, what: string): void {
  try {
    structuredClone(value);
  } catch (cause) {
    throw new SpecNotTransferableError({ what, cause });
  }
}
