import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { ServiceCounts } from "../commands/worker-info.ts";
import type { ServiceExecutor } from "../executor/service-executor.ts";

/** How one worker was doing when it last told. Rates are since the report before. */
export interface WorkerFigures {
  readonly workerId: number;
  /** Connections that are being served. */
  readonly connections: number;
  /** Connections since the worker began. */
  readonly accepted: number;
  /** Requests since the worker began, if its services count them. */
  readonly requests: number;
  /** Services that have not ended. */
  readonly services: number;
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  /** By how much the event loop was late: the worst, and the 99th percentile. */
  readonly eventLoopDelayMs: { readonly max: number; readonly p99: number };
  readonly heapUsedBytes: number;
  /** Where the worker runs out of heap. */
  readonly heapLimitBytes: number;
}

/** What {@link FiguresRecorder} asks. */
export interface FiguresSource {
  readonly workerId: number;
  readonly counts: Readonly<ServiceCounts>;
  readonly executor: Pick<ServiceExecutor, "accepted" | "stats">;
}

const resolutionMs = 20;

/** Watches the event loop of the calling thread and makes {@link WorkerFigures}. */
export class FiguresRecorder {
  readonly #source: FiguresSource;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(source: FiguresSource) {
    this.#source = source;
    this.#delay.enable();
  }

  take(): WorkerFigures {
    const { workerId, counts, executor } = this.#source;
    const { connections, services } = executor.stats();
    const utilization = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(utilization, this.#utilization);
    this.#utilization = utilization;
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
    const eventLoopDelayMs = { max: late(this.#delay.max), p99: late(this.#delay.percentile(99)) };
    this.#delay.reset();
    const heap = getHeapStatistics();
    return {
      workerId,
      connections,
      accepted: executor.accepted,
      requests: counts.requests,
      services,
      eventLoopUtilization: busy,
      eventLoopDelayMs,
      heapUsedBytes: heap.used_heap_size,
      heapLimitBytes: heap.heap_size_limit,
    };
  }

  stop(): void {
    this.#delay.disable();
  }
}
