import type { MakeService } from "@monolake/service-async";
import type { Acceptor } from "../commands/acceptor.ts";
import type { FactorySpec, InitSpec, ListenSpec, ModuleSpec, ServiceSpec } from "../commands/service-spec.ts";
import type { WorkerInfo } from "../commands/worker-info.ts";
import { BuildListenerError, BuildServiceError, SpecError } from "../errors.ts";
import type { SiteService } from "./serve.ts";

/** A function of a specification, seen from here: its configuration is checked by nobody but itself. */
type SpecFunction = (config: unknown, worker: WorkerInfo) => unknown;

/** Makes the service of a site, from `previous` when there is one. Throws {@link BuildServiceError}. */
export async function buildService(
  site: string,
  spec: ServiceSpec,
  options: { readonly worker: WorkerInfo; readonly previous?: unknown },
): Promise<SiteService> {
  try {
    const factory = await makeFactory(spec, "createService", options.worker);
    const service = await factory.make(options.previous);
    if (hasMethods(service, ["call"])) return service as SiteService;
    throw new SpecError({ module: nameOf(spec), expected: "createService whose factory makes services" });
  } catch (cause) {
    throw new BuildServiceError({ site, module: nameOf(spec), reason: reasonOf(cause), cause });
  }
}

/** Makes the listener of a site. Throws {@link BuildListenerError}. */
export async function buildListener(
  site: string,
  spec: ListenSpec,
  worker: WorkerInfo,
): Promise<Acceptor<unknown>> {
  try {
    const factory = await makeFactory(spec, "createListener", worker);
    const acceptor = await factory.make();
    if (hasMethods(acceptor, [Symbol.asyncIterator, Symbol.asyncDispose]))
      return acceptor as Acceptor<unknown>;
    throw new SpecError({ module: nameOf(spec), expected: "createListener whose factory makes acceptors" });
  } catch (cause) {
    throw new BuildListenerError({ site, module: nameOf(spec), reason: reasonOf(cause), cause });
  }
}

/** Runs an init hook and gives what it gave. */
export async function runInit(spec: InitSpec, worker: WorkerInfo): Promise<unknown> {
  const init = await loadFunction(spec, "initWorker");
  return init(spec.config, worker);
}

/** Where a specification's function comes from, for messages. */
const nameOf = (spec: ModuleSpec | FactorySpec<unknown>): string => {
  if (!("module" in spec)) return "an inline factory";
  const { module } = spec;
  return module.startsWith("data:") && module.length > 60 ? `${module.slice(0, 60)}…` : module;
};

/** What a failure says, for the message of the error that wraps it. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

async function makeFactory(
  spec: ServiceSpec | ListenSpec,
  exportName: "createService" | "createListener",
  worker: WorkerInfo,
): Promise<MakeService<unknown>> {
  const create = await loadFunction(spec, exportName);
  const factory = await create(spec.config, worker);
  if (hasMethods(factory, ["make"])) return factory as MakeService<unknown>;
  throw new SpecError({ module: nameOf(spec), expected: `${exportName} that gives a factory` });
}

async function loadFunction(
  spec: ModuleSpec | FactorySpec<(config: never, worker: WorkerInfo) => unknown>,
  exportName: string,
): Promise<SpecFunction> {
  if ("factory" in spec) return spec.factory as SpecFunction;
  const exports: Record<string, unknown> = await import(spec.module);
  const loaded = exports[exportName];
  if (typeof loaded === "function") return loaded as SpecFunction;
  throw new SpecError({ module: nameOf(spec), expected: `function exported as ${exportName}` });
}

const hasMethods = (value: unknown, names: readonly (string | symbol)[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  names.every((name) => typeof (value as Record<string | symbol, unknown>)[name] === "function");
