import type { Logger, WorkerFigures, WorkerManager } from "@monolake/core";

/** Above this, a worker is nearly always busy; below the other, it has time for half as much again. */
const busyUtilization = 0.9;
const easyUtilization = 0.6;
const defaultIntervalMs = 60_000;

/** How the work is spread over the workers. */
export interface WorkerLoad {
  readonly connections: readonly number[];
  readonly requestsPerSecond: readonly number[];
  /** Shares of the time in which each event loop was busy, 0 to 1. */
  readonly utilization: readonly number[];
  readonly delayMs: readonly number[];
  readonly heapMebibytes: readonly number[];
  /** The busiest worker beside the mean: 1 when all do the same, the number of workers when one does everything. */
  readonly imbalance: number;
}

/** Compares figures with those before; workers that are new count from nothing. */
export function workerLoad(
  figures: readonly WorkerFigures[],
  before: readonly WorkerFigures[],
  elapsedMs: number,
): WorkerLoad {
  const requestsBefore = new Map(before.map(({ workerId, requests }) => [workerId, requests]));
  const rate = ({ workerId, requests }: WorkerFigures) => {
    const earlier = requestsBefore.get(workerId) ?? 0;
    return Math.round(((requests >= earlier ? requests - earlier : requests) * 1000) / elapsedMs);
  };
  const utilization = figures.map(({ eventLoopUtilization }) => hundredths(eventLoopUtilization));
  const mean = utilization.reduce((sum, share) => sum + share, 0) / utilization.length;
  return {
    connections: figures.map(({ connections }) => connections),
    requestsPerSecond: figures.map(rate),
    utilization,
    delayMs: figures.map(({ eventLoopDelayMs }) => hundredths(eventLoopDelayMs.p99)),
    heapMebibytes: figures.map(({ heapUsedBytes }) => Math.round(heapUsedBytes / 1024 / 1024)),
    imbalance: mean > 0 ? hundredths(Math.max(...utilization) / mean) : 1,
  };
}

/**
 * Logs the load of the workers every minute in which there was some, as a warning when one has more than it can do while
 * others have time. Gives a function that ends it.
 */
export function logWorkerLoad(
  manager: WorkerManager,
  logger: Logger,
  intervalMs = defaultIntervalMs,
): () => void {
  let before: readonly WorkerFigures[] = manager.figures;
  const timer = setInterval(() => {
    const { figures } = manager;
    const load = workerLoad(figures, before, intervalMs);
    before = figures;
    if (load.connections.every((count) => count === 0) && load.requestsPerSecond.every((rate) => rate === 0))
      return;
    const overloaded = load.utilization.some((share) => share >= busyUtilization);
    const idle = load.utilization.some((share) => share <= easyUtilization);
    if (overloaded && idle) logger.warn(load, "one worker is busy while others have time");
    else logger.info(load, "load of the workers");
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
