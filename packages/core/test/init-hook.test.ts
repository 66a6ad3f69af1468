import { availableParallelism } from "node:os";
import { hasProgram } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createWorkerManager, SpecNotTransferableError, WorkerStartError } from "../src/index.ts";
import { initHook } from "./commands.ts";
import type { InitOutput } from "./fixtures/init-hook.ts";
import { recordingLogger } from "./recording-logger.ts";

describe("the init hook", () => {
  it("runs once in each thread, before anything else, and its outputs come in worker order", async () => {
    const logger = recordingLogger();
    const config = { setting: new Map([["a", 1]]) };
    await using manager = await createWorkerManager({
      runtime: { workerThreads: 2 },
      init: initHook(config),
      logger,
    });
    const outputs = manager.initOutputs as InitOutput[];
    expect(outputs).toMatchObject([
      { given: config, worker: 0, count: 2, threadName: "monolake-worker-0" },
      { given: config, worker: 1, count: 2, threadName: "monolake-worker-1" },
    ]);
    expect(new Set(outputs.map(({ threadId }) => threadId)).size).toBe(2);
    expect(logger.takeEvents().sort()).toEqual(["init 0", "init 1"]);
  });

  it("may be a function for inline workers", async () => {
    const initWorker = (factor: number, worker: { readonly id: number }) => factor * (worker.id + 1);
    await using manager = await createWorkerManager({
      mode: "inline",
      runtime: { workerThreads: 3 },
      init: { factory: initWorker, config: 10 },
    });
    expect(manager.initOutputs).toEqual([10, 20, 30]);
  });

  it("cannot be a function for threads", async () => {
    const starting = createWorkerManager({ init: { factory: () => 1, config: undefined } });
    await expect(starting).rejects.toThrow(SpecNotTransferableError);
  });

  it("that gives something that cannot be sent makes the start fail", async () => {
    const init = { module: "data:text/javascript,export const initWorker = () => () => {}", config: {} };
    const starting = createWorkerManager({ runtime: { workerThreads: 1 }, init });
    await expect(starting).rejects.toThrow(WorkerStartError);
    await expect(starting).rejects.toThrow(/could not be cloned/);
  });

  it("gives undefined when there is none", async () => {
    await using manager = await createWorkerManager({ runtime: { workerThreads: 1 } });
    expect(manager.initOutputs).toEqual([undefined]);
  });
});

describe("cpuAffinity", () => {
  it("pins worker i to core i modulo the number of cores", async ({ skip }) => {
    if (process.platform !== "linux") skip("only Linux pins threads");
    if (!hasProgram("taskset")) skip("taskset is not installed");
    const logger = recordingLogger();
    const workerThreads = availableParallelism() + 1;
    await using manager = await createWorkerManager({
      runtime: { workerThreads, cpuAffinity: true },
      init: initHook({}),
      logger,
      logLevel: "debug",
    });
    const warnings = logger.records.filter(({ level }) => level === "warn");
    if (warnings.length > 0) skip("this machine does not let its threads be pinned");
    const cores = (manager.initOutputs as InitOutput[]).map((output) => output.cores);
    expect(cores).toEqual([...Array(workerThreads).keys()].map((id) => String(id % availableParallelism())));
  });

  it("that fails is a warning only", async ({ skip }) => {
    if (process.platform !== "linux") skip("only Linux looks for taskset");
    const logger = recordingLogger();
    const path = process.env["PATH"];
    process.env["PATH"] = "/nowhere";
    try {
      await using manager = await createWorkerManager({
        runtime: { workerThreads: 1, cpuAffinity: true },
        logger,
      });
      expect(await manager.stats()).toMatchObject([{ alive: true }]);
    } finally {
      process.env["PATH"] = path;
    }
    expect(logger.records).toMatchObject([
      { level: "warn", message: "pinning to a core failed", fields: { worker: 0, core: 0 } },
    ]);
  });

  it("is reported as without effect for inline workers", async () => {
    const logger = recordingLogger();
    await using _ = await createWorkerManager({ mode: "inline", runtime: { cpuAffinity: true }, logger });
    expect(logger.records.map(({ message }) => message)).toEqual([
      "inline workers are not pinned: they share the calling thread",
    ]);
  });
});
