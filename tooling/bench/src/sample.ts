import { countErrors, type LoadErrors, type LoadMeasurement } from "./load-program.ts";

/** Below this share of its core a run says little: the proxy had no load, or somebody else had the core. */
const leastShare = 0.9;
/** A proxy that waits for a load that cannot do more has at least so much; below, waking up is what it does, not proxying. */
const leastWaitingShare = 0.5;

/** One measured run of one contestant. */
export interface Sample {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the proxy, all threads, microseconds a request. */
  readonly processorUs: number;
  /** How much of its core the proxy had, 0 to 1. */
  readonly proxyShare: number;
  /** How much of its core the load program had, 0 to 1. */
  readonly loadShare: number;
  /** The load sleeps when it waits: the proxy's share alone says what bounded the run. */
  readonly loadSleeps?: true;
  readonly errors: number;
  /** Only the kinds that there were. */
  readonly errorCounts: Partial<LoadErrors>;
}

/** What a run of the load program says about the proxy. */
export function toSample(result: LoadMeasurement): Sample {
  return {
    requestsPerSecond: (result.answers / result.elapsedNs) * 1e9,
    p50Ms: result.latencyNs.p50 / 1e6,
    p99Ms: result.latencyNs.p99 / 1e6,
    processorUs: result.answers === 0 ? 0 : result.watchedProcessorNs / 1000 / result.answers,
    proxyShare: result.watchedProcessorNs / result.elapsedNs,
    loadShare: result.loadProcessorNs / result.elapsedNs,
    ...(result.loadSleeps === true && { loadSleeps: true as const }),
    errors: countErrors(result.errors),
    errorCounts: Object.fromEntries(Object.entries(result.errors).filter(([, count]) => count > 0)),
  };
}

/**
 * What bounded a run: the proxy, so that requests per second are its own; a load that sleeps, so that only the proxy's processor
 * time is; or neither, and then the figures mean nothing.
 */
export function boundOf({ proxyShare, loadShare, loadSleeps }: Sample): "proxy" | "load" | undefined {
  if (proxyShare >= leastShare && (loadSleeps === true || loadShare >= leastShare)) return "proxy";
  return loadSleeps === true && proxyShare >= leastWaitingShare ? "load" : undefined;
}
