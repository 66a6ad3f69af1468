import type { SiteRecord } from "../commands/deployed-state.ts";
import type { ServiceCommand } from "../commands/service-command.ts";
import type { WorkerInfo } from "../commands/worker-info.ts";
import { CoreClosedError, GracePeriodOverError } from "../errors.ts";
import { settledWithin } from "../time-limit.ts";
import type { DeploymentContainer } from "./deployment.ts";
import { InFlightConnections } from "./in-flight.ts";
import { LiveServices } from "./live-services.ts";
import {
  type BeginDrain,
  type ExecutorState,
  type PreparedCommand,
  prepareCommand,
  siteOrNew,
} from "./prepare-command.ts";
import type { DrainReport } from "./service-drain.ts";
import { ServiceDrain } from "./service-drain.ts";

/** What one site of one worker holds. */
export interface SiteStats {
  readonly site: string;
  readonly staged: boolean;
  readonly committed: boolean;
}

/** What one executor holds at this moment. */
export interface ExecutorStats {
  /** In the order in which they were first named. */
  readonly sites: readonly SiteStats[];
  /** Connections that are being served. */
  readonly connections: number;
  /** Services that are staged, committed, or still held by a connection: those that are not disposed yet. */
  readonly services: number;
}

/** How {@link ServiceExecutor.close} ends. */
export interface CloseOptions {
  /** How long connections may go on, in milliseconds, before they are broken. */
  readonly graceMs: number;
}

/** The worker that an executor serves; what is left out is as for a program's only worker. */
export type ExecutorWorker = Pick<WorkerInfo, "logger"> & Partial<WorkerInfo>;

/** How an executor ends the connections of services that were removed, moved or drained. */
export interface ExecutorOptions {
  /** How long they may go on, in milliseconds, before they are broken. Default 30,000. */
  readonly drainMs?: number;
  /** Called when the last of them is over. */
  readonly onDrained?: (report: DrainReport) => void;
}

/** How long connections that were broken, and services, may take to end. */
const endLimitMs = 5_000;

/**
 * The services of one worker. Takes commands strictly one after the other; a command that waits, for instance for a
 * factory, holds up later commands and never a connection.
 */
export class ServiceExecutor implements AsyncDisposable {
  readonly #state: ExecutorState;
  #turn: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(worker: ExecutorWorker, { drainMs = 30_000, onDrained = () => {} }: ExecutorOptions = {}) {
    const connections = new InFlightConnections();
    this.#state = {
      worker: { id: 0, count: 1, mode: "inline", generation: 0, counts: { requests: 0 }, ...worker },
      sites: new Map(),
      connections,
      services: new LiveServices(worker.logger),
      drain: new ServiceDrain({ connections, drainMs, onDrained }),
    };
  }

  /**
   * Executes one command, all or nothing. Rejects with {@link BuildServiceError}, {@link BuildListenerError},
   * {@link SiteNotExistError}, {@link PreparationNotExistError}, {@link PreviousHandlerNotExistError}, or
   * {@link CoreClosedError}; the state is then as it was.
   */
  async execute(command: ServiceCommand): Promise<void> {
    const prepared = await this.prepare(command);
    const beginDrain = await prepared.apply();
    beginDrain?.();
  }

  /**
   * Does the part of a command that can fail, and rejects as {@link ServiceExecutor.execute} does. What it gives must be
   * applied or discarded: until then no other command gets its turn.
   */
  async prepare(command: ServiceCommand): Promise<PreparedCommand> {
    const endTurn = await this.#takeTurn();
    let prepared: PreparedCommand;
    try {
      this.#throwIfClosed();
      prepared = await prepareCommand(command, this.#state);
    } catch (error) {
      endTurn();
      throw error;
    }
    return {
      apply: () => this.#apply(prepared).finally(endTurn),
      discard: () => prepared.discard().finally(endTurn),
    };
  }

  /**
   * Brings a new executor to a state, by making all of it. Rejects as {@link ServiceExecutor.execute} does, and then holds
   * a part of it.
   */
  async restore(sites: readonly SiteRecord[]): Promise<void> {
    for (const { site, staged, committed } of sites) {
      if (committed !== undefined) await this.execute({ type: "prepare-and-commit", site, ...committed });
      if (staged !== undefined) await this.execute({ type: "precommit", site, service: staged });
      if (committed === undefined && staged === undefined) siteOrNew(site, this.#state);
    }
  }

  /** Connections since the executor began. */
  get accepted(): number {
    return this.#state.connections.accepted;
  }

  /** What is here now: sites, connections, services that have not ended. */
  stats(): ExecutorStats {
    const { sites, connections, services } = this.#state;
    return {
      sites: [...sites].map(([site, container]) => ({
        site,
        staged: container.hasStaged,
        committed: container.hasCommitted,
      })),
      connections: connections.size,
      services: services.size,
    };
  }

  /**
   * Stops: no more commands, listeners close at once, connections get `graceMs` and are then broken with
   * {@link GracePeriodOverError}. Resolves when connections and services are gone, and at most 10 seconds after
   * the grace period in any case. Later calls give the promise of the first one.
   */
  close(options: CloseOptions): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  /** Closes without a grace period. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ graceMs: 0 });
  }

  async #close({ graceMs }: CloseOptions): Promise<void> {
    const { sites, connections, services, worker } = this.#state;
    const containers = [...sites.values()];
    sites.clear();
    // Each of them ends within a limit of its own, and may deliver what it had accepted until then.
    // Then all services drain, also those that only old connections use.
    const stopped = Promise.all(containers.map(closeOnly)).then(() => services.drain());
    const drained = stopped.then(() => connections.whenEmpty());
    if (!(await settledWithin(drained, graceMs))) {
      if (connections.size > 0)
        worker.logger.warn({ connections: connections.size, graceMs }, "breaking what is still connected");
      const error = new GracePeriodOverError({ graceMs });
      connections.destroyAll(error);
      await stopped;
      connections.destroyAll(error);
    }
    const ended = drained.then(() => services.whenEmpty());
    if (await settledWithin(ended, endLimitMs)) return;
    const left = { connections: connections.size, services: services.size, limitMs: endLimitMs };
    worker.logger.warn(left, "connections or services did not end in time");
  }

  async #apply(prepared: PreparedCommand): Promise<BeginDrain | undefined> {
    if (this.#closed === undefined) return prepared.apply();
    await prepared.discard();
    return this.#throwIfClosed();
  }

  #throwIfClosed(): undefined {
    if (this.#closed !== undefined) throw new CoreClosedError({ what: "service executor" });
  }

  /** Waits until every earlier command is done; the function that it gives lets the next one begin. */
  async #takeTurn(): Promise<() => void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    return resolve;
  }
}

/** All services drain together when an executor closes, under its own limit. */
async function closeOnly(container: DeploymentContainer): Promise<void> {
  const retired = await container.close();
  void retired?.release();
}

/** Makes the executor of one worker: for whoever runs services without a worker manager. */
export const createServiceExecutor = (worker: ExecutorWorker, options?: ExecutorOptions): ServiceExecutor =>
  new ServiceExecutor(worker, options);
