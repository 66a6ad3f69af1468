import type { SharedService } from "@monolake/service-async";
import type { Acceptor } from "../commands/acceptor.ts";
import type { ServiceCommand, ServiceCommandOf } from "../commands/service-command.ts";
import type { WorkerInfo } from "../commands/worker-info.ts";
import { PreparationNotExistError, PreviousHandlerNotExistError, SiteNotExistError } from "../errors.ts";
import { DeploymentContainer, type RetiredService } from "./deployment.ts";
import type { InFlightConnections } from "./in-flight.ts";
import type { LiveServices } from "./live-services.ts";
import { buildListener, buildService } from "./load-spec.ts";
import { closeAcceptor, type SiteService } from "./serve.ts";
import type { ServiceDrain } from "./service-drain.ts";

/** What commands work on: the state of one worker. */
export interface ExecutorState {
  readonly worker: WorkerInfo;
  readonly sites: Map<string, DeploymentContainer>;
  readonly connections: InFlightConnections;
  readonly services: LiveServices;
  readonly drain: ServiceDrain;
}

/** Asks the connections of a service that was taken out of service to end; returns at once. To be called once. */
export type BeginDrain = () => void;

/** A command whose every step that can fail has succeeded, and which has changed nothing yet. */
export interface PreparedCommand {
  /**
   * Makes it so. Resolves when a listener that had to close has closed, with the beginning of a drain if one is due: to be
   * called when no other worker accepts there either, as whoever is told to come again must not come to what closes.
   */
  readonly apply: () => Promise<BeginDrain | undefined>;
  /** Forgets it: what was made for it is disposed, and the state stays as it was. */
  readonly discard: () => Promise<void>;
}

/** Does everything of a command that can fail, in the order of the original's state table. */
export function prepareCommand(command: ServiceCommand, state: ExecutorState): Promise<PreparedCommand> {
  switch (command.type) {
    case "precommit":
      return preparePrecommit(command, state);
    case "update":
      return prepareUpdate(command, state);
    case "commit":
      return prepareCommit(command, state);
    case "prepare-and-commit":
      return preparePrepareAndCommit(command, state);
    case "abort":
      return prepareAbort(command, state);
    case "remove":
      return prepareRemove(command, state);
    default: {
      const never: never = command;
      return Promise.reject(new TypeError(`unknown command ${JSON.stringify(never)}`));
    }
  }
}

const nothing = async () => {};

async function preparePrecommit(
  { site, service: spec, from = site }: ServiceCommandOf<"precommit">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  // Always the committed service: one that was only staged has served nothing and has no state to pass on.
  const previous = state.sites.get(from)?.takeCommitted();
  try {
    const { worker } = state;
    const service = state.services.count(
      await buildService(site, spec, { worker, previous: previous?.service }),
    );
    return {
      async apply() {
        siteOrNew(site, state).stage(service);
        return undefined;
      },
      discard: async () => void service.release(),
    };
  } finally {
    void previous?.release();
  }
}

async function prepareUpdate(
  { type: command, site, drain = false }: ServiceCommandOf<"update">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  const container = siteOrThrow(command, site, state);
  if (!container.hasCommitted) throw new PreviousHandlerNotExistError({ command, site });
  if (!container.hasStaged) throw new PreparationNotExistError({ command, site });
  return {
    async apply() {
      const retired = container.update();
      if (drain) return drainOf(retired, site, state);
      void retired?.release();
      return undefined;
    },
    discard: nothing,
  };
}

async function prepareCommit(
  { type: command, site, listen }: ServiceCommandOf<"commit">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  // The listener comes first, as in the original: a commit that finds nothing to commit binds and closes again.
  const acceptor = await buildListener(site, listen, state.worker);
  try {
    const container = siteOrThrow(command, site, state);
    if (!container.hasStaged) throw new PreparationNotExistError({ command, site });
    return prepareDeploy(container, { site, acceptor, state });
  } catch (error) {
    await closeAcceptor(acceptor, site, state.worker.logger);
    throw error;
  }
}

async function preparePrepareAndCommit(
  { site, service: spec, listen }: ServiceCommandOf<"prepare-and-commit">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  const { worker, services } = state;
  const service = services.count(await buildService(site, spec, { worker }));
  const acceptor = await buildListener(site, listen, worker).catch(releaseAndThrow(service));
  return {
    async apply() {
      const container = siteOrNew(site, state);
      container.stage(service);
      return await prepareDeploy(container, { site, acceptor, state }).apply();
    },
    async discard() {
      void service.release();
      await closeAcceptor(acceptor, site, worker.logger);
    },
  };
}

async function prepareAbort(
  { type: command, site }: ServiceCommandOf<"abort">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  const container = siteOrThrow(command, site, state);
  return {
    async apply() {
      container.unstage();
      return undefined;
    },
    discard: nothing,
  };
}

async function prepareRemove(
  { type: command, site, drain = true }: ServiceCommandOf<"remove">,
  state: ExecutorState,
): Promise<PreparedCommand> {
  const container = siteOrThrow(command, site, state);
  return {
    async apply() {
      state.sites.delete(site);
      const retired = await container.close();
      if (drain) return drainOf(retired, site, state);
      void retired?.release();
      return undefined;
    },
    discard: nothing,
  };
}

function prepareDeploy(
  container: DeploymentContainer,
  options: { readonly site: string; readonly acceptor: Acceptor<unknown>; readonly state: ExecutorState },
): PreparedCommand {
  const { site, acceptor, state } = options;
  const { connections, worker } = state;
  return {
    async apply() {
      const retired = await container.deploy({ site, acceptor, connections, logger: worker.logger });
      return drainOf(retired, site, state);
    },
    discard: () => closeAcceptor(acceptor, site, worker.logger),
  };
}

function drainOf(
  retired: RetiredService | undefined,
  site: string,
  { drain }: ExecutorState,
): BeginDrain | undefined {
  if (retired === undefined) return undefined;
  return () => {
    drain.begin(site, retired);
    void retired.release();
  };
}

const releaseAndThrow =
  (service: SharedService<SiteService>) =>
  (error: unknown): never => {
    void service.release();
    throw error;
  };

/** The site, which comes into being, empty, when there is none. */
export function siteOrNew(site: string, { sites }: ExecutorState): DeploymentContainer {
  const known = sites.get(site);
  if (known !== undefined) return known;
  const container = new DeploymentContainer();
  sites.set(site, container);
  return container;
}

function siteOrThrow(command: string, site: string, { sites }: ExecutorState): DeploymentContainer {
  const container = sites.get(site);
  if (container === undefined) throw new SiteNotExistError({ command, site });
  return container;
}
