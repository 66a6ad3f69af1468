import type { WorkerRequestName, WorkerRequests } from "./worker-protocol.ts";

/** One worker as its manager sees it. */
export interface ManagedWorker {
  readonly id: number;
  /** False once it died or was closed: every request then rejects. */
  readonly alive: boolean;
  readonly request: <Name extends WorkerRequestName>(
    name: Name,
    input: WorkerRequests[Name]["input"],
  ) => Promise<WorkerRequests[Name]["output"]>;
  /** Ends the worker after at most `graceMs` for its connections. Never rejects. */
  readonly close: (graceMs: number) => Promise<void>;
}
