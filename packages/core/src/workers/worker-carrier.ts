import type { LinkPort } from "./message-link.ts";
import type { WorkerBirth } from "./worker-protocol.ts";

/** How a thread or a process ended. */
export interface CarrierExit {
  /** 128 and the number of the signal where a signal ended a process. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** What it threw, if that is known. */
  readonly error: unknown;
}

/** What a worker runs in: a thread or a process, from its start to its end. */
export interface WorkerCarrier {
  readonly port: LinkPort;
  /** Resolves when it is gone and all that it sent has arrived. Never rejects. */
  readonly exited: Promise<CarrierExit>;
  /** Ends it, whatever it does. */
  readonly kill: () => void;
}

/** Starts what a worker runs in. */
export type StartCarrier = (birth: WorkerBirth) => WorkerCarrier;

/** The module that every worker begins with: it lies beside this one, as a source or built. */
export const workerEntry = new URL(
  import.meta.url.endsWith(".ts") ? "./worker-entry.ts" : "./worker-entry.js",
  import.meta.url,
);

/**
 * What is young in a worker's heap has room for this much before it is looked through. Node lets it grow to twice that under
 * a burst of connections, which then stays: each worker would be tens of mebibytes larger, and no faster.
 */
export const semiSpaceMebibytes = 8;

/**
 * How much V8 may put into one compiled function, in bytes of bytecode; its own limit is 920. A request goes through many small functions
 * of many files: with all of them in a few large ones it takes 1.5 % less.
 */
export const inliningFlag = "--max-inlined-bytecode-size-cumulative=2500";
