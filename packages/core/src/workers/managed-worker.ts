import type { WorkerDiedError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { HostEvent } from "./worker-events.ts";
import type { WorkerFigures } from "./worker-figures.ts";
import type { WorkerBirth, WorkerRequestName, WorkerRequests } from "./worker-protocol.ts";

/** One worker as its manager sees it. */
export interface ManagedWorker {
  readonly id: number;
  /** False once it died or was closed: every request then rejects. */
  readonly alive: boolean;
  /** Undefined until it told them for the first time. */
  readonly figures: WorkerFigures | undefined;
  readonly request: <Name extends WorkerRequestName>(
    name: Name,
    input: WorkerRequests[Name]["input"],
  ) => Promise<WorkerRequests[Name]["output"]>;
  /** Ends the worker after at most `graceMs` for its connections. Never rejects. */
  readonly close: (graceMs: number) => Promise<void>;
  /** Ends it now. Never rejects; nobody is told of a death. */
  readonly kill: () => Promise<void>;
}

/** What every kind of worker is made from. */
export interface WorkerOptions extends WorkerBirth {
  readonly logger: Logger;
  /** Called once, when the worker ends although nobody asked it to. */
  readonly onDeath: (error: WorkerDiedError) => void;
  readonly onEvent: (event: HostEvent) => void;
  /** Called with the URLs of modules that the worker loads, if it is to tell. */
  readonly onModule: (url: string) => void;
}
