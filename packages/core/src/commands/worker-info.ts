import type { Logger } from "../logger.ts";

/**
 * Where workers live: each in a thread of its own; each in a process of its own (node:cluster), which isolates fully and needs
 * no SO_REUSEPORT; or all in the calling thread, for tests and embedding.
 */
export type WorkerMode = "threads" | "processes" | "inline";

/** Counts that the services of a worker keep, as core cannot know what a request is. */
export interface ServiceCounts {
  /** Requests that services have taken; a module adds to it by `worker.counts.requests += 1`. */
  requests: number;
}

/** Which worker a module runs in, and how it reports. */
export interface WorkerInfo {
  /** From 0 to `count - 1`. */
  readonly id: number;
  /** How many workers there were when this one was made. */
  readonly count: number;
  readonly mode: WorkerMode;
  /** 0 for the first worker with this number, 1 for the one that replaced it, and so on. */
  readonly generation: number;
  /** For services to count in; what the figures of the worker show. */
  readonly counts: ServiceCounts;
  /** Reaches the logger of the worker manager, in whatever thread this worker runs. */
  readonly logger: Logger;
}
