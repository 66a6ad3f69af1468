import type { SiteRecord } from "../commands/deployed-state.ts";
import type { ServiceCommand } from "../commands/service-command.ts";
import type { InitSpec } from "../commands/service-spec.ts";
import type { WorkerMode } from "../commands/worker-info.ts";
import type { CloseOptions, ExecutorStats } from "../executor/service-executor.ts";
import type { LogLevel } from "../logger.ts";
import type { HeartbeatOptions } from "./heartbeat.ts";
import type { RequestHandlers } from "./message-link.ts";
import type { HostEvent } from "./worker-events.ts";
import type { WorkerFigures } from "./worker-figures.ts";

/** What a worker is told when it starts. */
export interface StartInput {
  readonly init: InitSpec | undefined;
  /** The core to be pinned to. */
  readonly core: number | undefined;
}

/**
 * What a manager asks of a worker. A command takes two: `prepare`, then `apply` when all workers succeeded, or
 * `discard` when one failed. One that takes a service out of service takes a third, `drain`, when all workers applied it.
 */
export type WorkerRequests = {
  /** Gives what the init hook gave. */
  readonly start: { readonly input: StartInput; readonly output: unknown };
  /** Brings a new worker to what the others hold. One where it fails is of no use. */
  readonly restore: { readonly input: readonly SiteRecord[]; readonly output: void };
  readonly prepare: { readonly input: ServiceCommand; readonly output: void };
  /** Gives whether there is something to drain. */
  readonly apply: { readonly input: undefined; readonly output: boolean };
  readonly drain: { readonly input: undefined; readonly output: void };
  readonly discard: { readonly input: undefined; readonly output: void };
  readonly stats: { readonly input: undefined; readonly output: ExecutorStats };
  readonly close: { readonly input: CloseOptions; readonly output: void };
};

/** The name of a request. */
export type WorkerRequestName = keyof WorkerRequests;

/** What a worker tells by itself: events, and its figures with every beat of its heart. */
export type WorkerNews =
  | HostEvent
  /** In development: a module was loaded. */
  | { readonly type: "loaded"; readonly url: string }
  | { readonly type: "alive"; readonly figures: WorkerFigures };

/** What answers a manager, in a thread of its own or not. */
export type WorkerHost = RequestHandlers<WorkerRequests>;

/** What a worker is born with. */
export interface WorkerBirth {
  readonly workerId: number;
  readonly workerCount: number;
  readonly mode: WorkerMode;
  /** 0 for the first worker in its place, 1 for the one that replaced it, and so on. */
  readonly generation: number;
  readonly logLevel: LogLevel;
  /** How long connections of a drained service may go on. */
  readonly drainMs: number;
  readonly heartbeat: HeartbeatOptions;
  /** Tells of the modules that it loads. */
  readonly watchModules: boolean;
}
