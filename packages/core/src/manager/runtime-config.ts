import { availableParallelism } from "node:os";
import { RuntimeConfigError } from "../errors.ts";

/** Which driver of the original moves bytes; Node brings its own, so that both names mean the same here. */
export type RuntimeType = "io_uring" | "legacy";

/** How the workers run. All keys are optional; `entries`, `sqpollIdle`, `runtimeType` and `threadPool` have no effect. */
export interface RuntimeOptions {
  /** Workers; 0 is allowed and makes every command succeed on none. Default: one per core. */
  readonly workerThreads?: number;
  /** Entries of an io_uring ring. No effect on Node. Default 32768. */
  readonly entries?: number;
  /** Idle time of an io_uring polling thread in milliseconds. No effect on Node. Default: none. */
  readonly sqpollIdle?: number;
  /** No effect on Node. Default `io_uring` on Linux, `legacy` elsewhere. */
  readonly runtimeType?: RuntimeType;
  /** Pins worker i to core i modulo the number of cores. Linux only; a failure is a warning. Default false. */
  readonly cpuAffinity?: boolean;
  /** Heap of one worker, in MiB: one that needs more is ended and replaced. Buffers do not count. Default: as Node has it. */
  readonly heapLimitMebibytes?: number;
  /** Threads for blocking work. No effect here: set UV_THREADPOOL_SIZE. Default: none. */
  readonly threadPool?: number;
}

/** {@link RuntimeOptions} with the defaults filled in. */
export interface RuntimeConfig {
  readonly workerThreads: number;
  readonly entries: number;
  readonly sqpollIdle: number | undefined;
  readonly runtimeType: RuntimeType;
  readonly cpuAffinity: boolean;
  readonly heapLimitMebibytes: number | undefined;
  readonly threadPool: number | undefined;
}

const maxWorkerThreads = 1024;
const maxUint32 = 0xffff_ffff;

/**
 * Checks the options and fills in the defaults.
 *
 * Throws {@link RuntimeConfigError} (`ERR_RUNTIME_CONFIG`) with the key, the value and what was expected.
 */
export function resolveRuntimeConfig(options: RuntimeOptions = {}): RuntimeConfig {
  const { runtimeType, cpuAffinity } = options;
  if (runtimeType !== undefined && runtimeType !== "io_uring" && runtimeType !== "legacy")
    throw invalid("runtimeType", runtimeType, '"io_uring" or "legacy"');
  if (cpuAffinity !== undefined && typeof cpuAffinity !== "boolean")
    throw invalid("cpuAffinity", cpuAffinity, "true or false");
  return {
    workerThreads: integer(options, "workerThreads", maxWorkerThreads) ?? availableParallelism(),
    entries: integer(options, "entries", maxUint32) ?? 32_768,
    sqpollIdle: integer(options, "sqpollIdle", maxUint32),
    runtimeType: runtimeType ?? (process.platform === "linux" ? "io_uring" : "legacy"),
    cpuAffinity: cpuAffinity ?? false,
    heapLimitMebibytes: heapLimit(options),
    threadPool: integer(options, "threadPool", maxUint32),
  };
}

/** One key that was given and has no effect here. */
export interface RuntimeNotice {
  readonly key: keyof RuntimeOptions;
  readonly value: unknown;
  readonly message: string;
}

const withoutEffect: readonly (readonly [key: keyof RuntimeOptions, instead: string])[] = [
  ["entries", "Node has no io_uring ring to size"],
  ["sqpollIdle", "Node has no io_uring polling thread"],
  ["runtimeType", "Node chooses its own driver"],
  ["threadPool", "set the environment variable UV_THREADPOOL_SIZE"],
];

/** The keys that were given although they mean nothing here, one notice for each. */
export function runtimeNotices(options: RuntimeOptions): RuntimeNotice[] {
  return withoutEffect
    .filter(([key]) => options[key] !== undefined)
    .map(([key, instead]) => ({
      key,
      value: options[key],
      message: `the runtime option ${key} has no effect: ${instead}`,
    }));
}

type IntegerKey = "heapLimitMebibytes" | "workerThreads" | "entries" | "sqpollIdle" | "threadPool";

function integer(options: RuntimeOptions, key: IntegerKey, max: number): number | undefined {
  const value: unknown = options[key];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalid(key, value, `an integer from 0 to ${max}`);
}

/** Below this, Node itself hardly starts. */
const leastHeapMebibytes = 16;

function heapLimit(options: RuntimeOptions): number | undefined {
  const value = integer(options, "heapLimitMebibytes", maxUint32);
  if (value === undefined || value >= leastHeapMebibytes) return value;
  throw invalid("heapLimitMebibytes", value, `an integer from ${leastHeapMebibytes} to ${maxUint32}`);
}

const invalid = (key: string, value: unknown, expected: string): RuntimeConfigError =>
  new RuntimeConfigError({ key, value: show(value), expected });

const show = (value: unknown): string =>
  typeof value === "string" || typeof value === "object" ? JSON.stringify(value) : String(value);
