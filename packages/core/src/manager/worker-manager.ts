import { DeployedState } from "../commands/deployed-state.ts";
import type { CommandOutcome, ResultGroup } from "../commands/result-group.ts";
import { runsCodeOfSite, type ServiceCommand } from "../commands/service-command.ts";
import { CoreClosedError, SpecNotTransferableError, WorkerStartTimeoutError } from "../errors.ts";
import type { CloseOptions } from "../executor/service-executor.ts";
import { createLogger, type Logger } from "../logger.ts";
import { settledWithin } from "../time-limit.ts";
import type { ManagedWorker } from "../workers/managed-worker.ts";
import type { WorkerEvent } from "../workers/worker-events.ts";
import type { WorkerFigures } from "../workers/worker-figures.ts";
import { createWorkerPlace } from "./create-worker-place.ts";
import { dispatchTo } from "./dispatch.ts";
import { logWorkerEvent } from "./log-worker-event.ts";
import { ModuleWatch } from "./module-watch.ts";
import { type RuntimeConfig, runtimeNotices } from "./runtime-config.ts";
import { TurnQueue } from "./turn-queue.ts";
import {
  changeWorkerSettings,
  mustBeReplaced,
  type ResolvedWorkerManagerOptions,
  resolveWorkerManagerOptions,
  type WorkerManagerOptions,
  type WorkerSettings,
} from "./worker-manager-options.ts";
import type { WorkerPlace } from "./worker-place.ts";
import { WorkerPlaces } from "./worker-places.ts";
import { statsOf, type WorkerStats } from "./worker-stats.ts";

/** Starts workers, gives all of them the same commands, replaces those that die, and ends them. */
export class WorkerManager implements AsyncDisposable {
  #options: ResolvedWorkerManagerOptions;
  readonly #logger: Logger;
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  readonly #deployed = new DeployedState();
  readonly #turns = new TurnQueue();
  readonly #places = new WorkerPlaces((id) => this.#createPlace(id));
  #reconfigured: Promise<void> = Promise.resolve();
  readonly #modules = new ModuleWatch((files) => void this.#reloadModules(files));
  #closed: Promise<void> | undefined;

  private constructor(options: ResolvedWorkerManagerOptions) {
    this.#options = options;
    const { logger, logLevel } = options;
    this.#logger = createLogger(logLevel, (level, fields, message) => logger[level](fields, message));
    this.#listeners.add(options.onEvent);
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
    return this.#places.all.map((place) => place.initOutput);
  }

  /** How each living worker was doing when it last told, in worker order. */
  get figures(): readonly WorkerFigures[] {
    return this.#places.all.map(({ worker }) => worker?.figures).filter((figures) => figures !== undefined);
  }

  /** Calls `listener` with what happens to workers from now on, until the function that it gives is called. */
  subscribe(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Gives a command to all workers, all or nothing: every worker first does what can fail, then either all of them apply
   * the command, or, when one failed, none does and all stay as they were. Once something has served, a command that runs code
   * of a site goes to one worker first, and to the others, at once, when that one has succeeded: code that loops or ends
   * its worker costs one of them. Dispatches are executed one after the other.
   *
   * The group has the result of each living worker; dead ones have no say, unless none is left: the one that replaces a
   * dead worker is brought to what the others hold by then. Failures are in the group: the codes of
   * {@link ServiceExecutor.execute}, and `ERR_WORKER_DIED`. Rejects with {@link SpecNotTransferableError} when the
   * command cannot be sent, {@link CoreClosedError} after `close`.
   */
  async dispatch(command: ServiceCommand): Promise<ResultGroup<CommandOutcome>> {
    this.#throwIfClosed();
    if (this.#options.mode !== "inline")
      throwUnlessTransferable(command, `the ${command.type} of site ${command.site}`);
    return this.#turns.run(
      () => this.#dispatch(command),
      () => this.#lacksWorkers(this.#goesToOneFirst(command) ? 2 : 1),
    );
  }

  /** Puts a new worker in the place of each, one after the other; the old ones drain. Stops at one that cannot start. */
  async replaceWorkers(): Promise<void> {
    for (const place of this.#places.all) {
      this.#throwIfClosed();
      await place.replace();
    }
  }

  /**
   * Changes what workers are made with, while they serve: adds or removes workers, and, if anything else changed, puts new
   * ones in the places of the others, one after the other. Whoever leaves drains. Calls wait for each other.
   *
   * Rejects with {@link RuntimeConfigError} when nothing was changed, and with what kept a worker from starting
   * ({@link WorkerStartError}): then workers that were replaced before have the new settings, and later ones the old.
   */
  reconfigure(settings: WorkerSettings): Promise<void> {
    const changed = this.#reconfigured.then(() => this.#reconfigure(settings));
    this.#reconfigured = changed.catch(() => {});
    return changed;
  }

  /** What each worker holds at this moment, in worker order. */
  stats(): Promise<WorkerStats[]> {
    return Promise.all(this.#places.all.map(statsOf));
  }

  /**
   * The stop signal: listeners close at once, connections get `graceMs`, then the workers end. Never rejects. Later
   * calls give the promise of the first one.
   */
  close({ graceMs = this.#options.graceMs }: Partial<CloseOptions> = {}): Promise<void> {
    this.#closed ??= this.#places.close(graceMs);
    this.#modules.close();
    this.#turns.poke();
    return this.#closed;
  }

  /** Closes with the default grace period. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createPlace(id: number): WorkerPlace {
    return createWorkerPlace({
      id,
      options: () => this.#options,
      admit: (worker, enter) => this.#turns.runUrgently(() => this.#admit(worker, enter)),
      onModule: (url) => this.#modules.add(url),
      report: (event) => this.#report(event),
      changed: () => this.#turns.poke(),
    });
  }

  async #start(): Promise<void> {
    try {
      await this.#places.grow(this.#options.runtime.workerThreads);
    } catch (error) {
      await this.close({ graceMs: 0 });
      throw error;
    }
  }

  /** For development: a worker that cannot load what is there now leaves the others as they are. */
  #reloadModules(files: readonly string[]): Promise<void> {
    this.#logger.info({ files }, "modules changed: new workers load them");
    this.#reconfigured = this.#reconfigured
      .then(() => this.replaceWorkers())
      .then(
        () => this.#logger.info({}, "modules are loaded afresh"),
        (error: unknown) =>
          this.#logger.error({ err: error }, "modules cannot be loaded afresh: the old ones serve on"),
      );
    return this.#reconfigured;
  }

  async #reconfigure(settings: WorkerSettings): Promise<void> {
    this.#throwIfClosed();
    const before = this.#options;
    const next = changeWorkerSettings(before, settings);
    this.#options = next;
    try {
      await this.#resize(next.runtime.workerThreads);
      if (mustBeReplaced(before, next)) await this.replaceWorkers();
    } catch (error) {
      this.#options = before;
      throw error;
    }
  }

  async #resize(count: number): Promise<void> {
    const before = this.#places.all.length;
    try {
      await this.#places.grow(count);
    } catch (error) {
      await this.#shrink(before);
      throw error;
    }
    await this.#shrink(count);
  }

  /** Between two commands. */
  #shrink(count: number): Promise<void> {
    return this.#turns.run(
      async () => this.#places.shrink(count),
      () => this.#lacksWorkers(1),
    );
  }

  /** Before anything has served there is nothing to protect, and the start is faster so. */
  #goesToOneFirst(command: ServiceCommand): boolean {
    return this.#deployed.hasServed && runsCodeOfSite(command);
  }

  /** A worker that is on the way is waited for when there is none, or none but the one that would go first. */
  #lacksWorkers(count: number): boolean {
    return this.#closed === undefined && this.#places.awaits(count);
  }

  /** In the order of commands: no command is half done, and the next one finds the new worker in service. */
  async #admit(worker: ManagedWorker, enter: () => void): Promise<void> {
    this.#throwIfClosed();
    const { startLimitMs: limitMs } = this.#options;
    const restored = worker.request("restore", this.#deployed.sites);
    if (!(await settledWithin(restored, limitMs)))
      throw new WorkerStartTimeoutError({ workerId: worker.id, limitMs });
    await restored;
    this.#throwIfClosed();
    enter();
  }

  async #dispatch(command: ServiceCommand): Promise<ResultGroup<CommandOutcome>> {
    this.#throwIfClosed();
    const startMs = performance.now();
    const oneFirst = this.#goesToOneFirst(command);
    const group = await dispatchTo(this.#places.all, command, { oneFirst });
    const { type, site } = command;
    const error = group.error();
    const applied = group.results.some((result) => result.ok && result.value === "applied");
    // Also when one of the workers died of it: the others serve it, and so must the one that takes its place.
    if (applied) this.#deployed.apply(command);
    this.#report({
      type: "command",
      command: type,
      site,
      outcome: error === undefined || applied ? "applied" : "failed",
      durationMs: Math.round(performance.now() - startMs),
      error,
    });
    return group;
  }

  #report(event: WorkerEvent): void {
    logWorkerEvent(event, this.#logger);
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.error({ err: error, event: event.type }, "a listener for events of workers failed");
      }
    }
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw new CoreClosedError({ what: "worker manager" });
  }
}

/**
 * Starts the workers, in threads unless `mode` says otherwise, and resolves when each has run the init hook.
 *
 * Rejects with {@link RuntimeConfigError}, {@link SpecNotTransferableError} (an init hook that is a function, for
 * threads and processes), or {@link WorkerStartError}; no worker is left then.
 */
export async function createWorkerManager(options: WorkerManagerOptions = {}): Promise<WorkerManager> {
  const resolved = resolveWorkerManagerOptions(options);
  if (resolved.mode !== "inline") throwUnlessTransferable(resolved.init, "the init hook");
  for (const { key, value, message } of runtimeNotices(options.runtime ?? {}))
    resolved.logger.info({ key, value }, message);
  if (resolved.mode === "inline" && resolved.runtime.cpuAffinity)
    resolved.logger.info(
      { key: "cpuAffinity" },
      "inline workers are not pinned: they share the calling thread",
    );
  return WorkerManager.start(resolved);
}

function throwUnlessTransferable(value: unknown, what: string): void {
  try {
    structuredClone(value);
  } catch (cause) {
    throw new SpecNotTransferableError({ what, cause });
  }
}
