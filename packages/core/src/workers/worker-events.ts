import type { ServiceCommand } from "../commands/service-command.ts";
import type { WorkerDiedError } from "../errors.ts";
import type { DrainReport } from "../executor/service-drain.ts";

/** Why a worker had to be replaced. */
export type CrashReason = "exited" | "out-of-memory" | "unresponsive" | "uncaught";

/** What a manager tells of its workers. Times are milliseconds. */
export type WorkerEvent =
  /** A worker was made: a thread or a process. `attempt` counts from 1, and again after each crash. */
  | { readonly type: "spawned"; readonly workerId: number; readonly attempt: number }
  /** It holds what is deployed and takes commands from now on. */
  | { readonly type: "ready"; readonly workerId: number; readonly afterMs: number }
  /** It is gone, or (`uncaught`) serves on only until another one has taken its place. */
  | {
      readonly type: "crashed";
      readonly workerId: number;
      readonly reason: CrashReason;
      readonly error: WorkerDiedError;
    }
  /** Another worker has taken the place of one that crashed. */
  | {
      readonly type: "respawned";
      readonly workerId: number;
      readonly afterMs: number;
      readonly attempt: number;
    }
  /** The one that should have taken its place could not start, or could not be brought to what is deployed. */
  | {
      readonly type: "respawn-failed";
      readonly workerId: number;
      readonly attempt: number;
      readonly retryInMs: number;
      readonly error: Error;
    }
  /** A worker gave its place to another one, or the number of workers was reduced. */
  | { readonly type: "retired"; readonly workerId: number; readonly replaced: boolean }
  /** A command was carried out, or not. */
  | {
      readonly type: "command";
      readonly command: ServiceCommand["type"];
      readonly site: string;
      readonly outcome: "applied" | "failed";
      readonly durationMs: number;
      readonly error: Error | undefined;
    }
  /** The last connection of a service that was drained is over. */
  | ({ readonly type: "drained"; readonly workerId: number } & DrainReport);

/** What a worker tells its manager by itself. */
export type HostEvent =
  | { readonly type: "drained"; readonly report: DrainReport }
  /** Something threw outside of any call, so that nobody knows what state the worker is in. */
  | { readonly type: "uncaught" };
