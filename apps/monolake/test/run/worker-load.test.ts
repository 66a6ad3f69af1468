import type { WorkerFigures } from "@monolake/core";
import { expect, it } from "vitest";
import { workerLoad } from "../../src/run/worker-load.ts";

const figures = (workerId: number, requests: number, eventLoopUtilization: number): WorkerFigures => ({
  workerId,
  connections: requests / 100,
  accepted: 0,
  requests,
  services: 1,
  eventLoopUtilization,
  eventLoopDelayMs: { max: 9, p99: 1.234 },
  heapUsedBytes: 10 * 1024 * 1024,
  heapLimitBytes: 0,
});

it("the load of workers shows rates since the figures before, and how unevenly they are busy", () => {
  const before = [figures(0, 1_000, 0), figures(1, 5_000, 0)];
  // Worker 1 was replaced and worker 2 added meanwhile.
  const now = [figures(0, 3_000, 0.9), figures(1, 500, 0.2), figures(2, 100, 0.1)];
  expect(workerLoad(now, before, 10_000)).toEqual({
    connections: [30, 5, 1],
    requestsPerSecond: [200, 50, 10],
    utilization: [0.9, 0.2, 0.1],
    delayMs: [1.23, 1.23, 1.23],
    heapMebibytes: [10, 10, 10],
    imbalance: 2.25,
  });
});

it("workers with nothing to do are balanced", () => {
  expect(workerLoad([figures(0, 0, 0), figures(1, 0, 0)], [], 1_000).imbalance).toBe(1);
});
