import type { MakeService, Service } from "@monolake/service-async";
import type { Acceptor } from "./acceptor.ts";
import type { WorkerInfo } from "./worker-info.ts";

/** What a service module exports as `createService`: gives the factory of a site's services. */
export type CreateService<in Accepted = never, in Config = never> = (
  config: Config,
  worker: WorkerInfo,
) => ServiceFactory<Accepted> | Promise<ServiceFactory<Accepted>>;

/** Makes services that take what a listener accepts. Each call of such a service is given a new, empty context. */
export type ServiceFactory<Accepted> = MakeService<Service<Accepted, unknown, object>>;

/** What a listen module exports as `createListener`: gives the factory of a site's acceptors. */
export type CreateListener<out Accepted = unknown, in Config = never> = (
  config: Config,
  worker: WorkerInfo,
) => MakeService<Acceptor<Accepted>> | Promise<MakeService<Acceptor<Accepted>>>;

/** What an init module exports as `initWorker`: runs in each worker before its first command. */
export type InitWorker<Config = never> = (config: Config, worker: WorkerInfo) => unknown;

/** A function of a module that each worker imports by itself, and the data that the function is given. */
export interface ModuleSpec {
  /** The module's URL (`import.meta.resolve` gives one): `file:`, `data:` or `node:`. */
  readonly module: string;
  /** Whatever structured clone accepts. */
  readonly config: unknown;
}

/** The function itself instead of a module. Only for workers in the calling thread (`mode: "inline"`). */
export interface FactorySpec<Factory> {
  readonly factory: Factory;
  /** Handed over as it is, not copied. */
  readonly config: unknown;
}

/** Where a site's services come from: a module that exports {@link CreateService} as `createService`. */
export type ServiceSpec = ModuleSpec | FactorySpec<CreateService>;

/** Where a site's listeners come from: a module that exports {@link CreateListener} as `createListener`. */
export type ListenSpec = ModuleSpec | FactorySpec<CreateListener>;

/** What each worker runs first: a module that exports {@link InitWorker} as `initWorker`. */
export type InitSpec = ModuleSpec | FactorySpec<InitWorker>;
