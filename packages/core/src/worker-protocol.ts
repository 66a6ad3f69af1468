import type { MessagePort } from "node:worker_threads";
import type { LogLevel } from "./logger.ts";
import type { RequestHandlers } from "./message-link.ts";
import type { ServiceCommand } from "./service-command.ts";
import type { CloseOptions, ExecutorStats } from "./service-executor.ts";
import type { InitSpec } from "./service-spec.ts";

/** What a worker is told when it starts. */
export interface StartInput {
  readonly init: InitSpec | undefined;
  /** The core to be pinned to. */
  readonly core: number | undefined;
}

/**
 * What a manager asks of a worker. A command takes two: `prepare`, then `apply` when all workers succeeded, or
 * `discard` when one failed.
 */
export type WorkerRequests = {
  /** Gives what the init hook gave. */
  readonly start: { readonly input: StartInput; readonly output: unknown };
  readonly prepare: { readonly input: ServiceCommand; readonly output: void };
  readonly apply: { readonly input: undefined; readonly output: void };
  readonly discard: { readonly input: undefined; readonly output: void };
  readonly stats: { readonly input: undefined; readonly output: ExecutorStats };
  readonly close: { readonly input: CloseOptions; readonly output: void };
};

/** The name of a request. */
export type WorkerRequestName = keyof WorkerRequests;

/** What answers a manager, in a thread of its own or not. */
export type WorkerHost = RequestHandlers<WorkerRequests>;

/** The data that a worker thread is born with. */
export interface WorkerThreadData {
  readonly port: MessagePort;
  readonly workerId: number;
  readonly workerCount: number;
  readonly logLevel: LogLevel;
}
