import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import {
  createWorkerManager,
  RuntimeConfigError,
  type RuntimeOptions,
  resolveRuntimeConfig,
} from "../src/index.ts";
import { recordingLogger } from "./recording-logger.ts";

describe("the runtime configuration", () => {
  it("has the defaults of the original", () => {
    expect(resolveRuntimeConfig()).toEqual({
      workerThreads: availableParallelism(),
      entries: 32_768,
      sqpollIdle: undefined,
      runtimeType: process.platform === "linux" ? "io_uring" : "legacy",
      cpuAffinity: false,
      heapLimitMebibytes: undefined,
      threadPool: undefined,
    });
  });

  it("takes every key, and no worker at all", () => {
    const options: Required<RuntimeOptions> = {
      workerThreads: 0,
      entries: 1024,
      sqpollIdle: 50,
      runtimeType: "legacy",
      cpuAffinity: true,
      heapLimitMebibytes: 64,
      threadPool: 4,
    };
    expect(resolveRuntimeConfig(options)).toEqual(options);
  });

  it.each([
    [{ workerThreads: -1 }, "the runtime option workerThreads is -1, expected an integer from 0 to 1024"],
    [{ workerThreads: 1.5 }, "the runtime option workerThreads is 1.5, expected an integer from 0 to 1024"],
    [{ workerThreads: "2" }, 'the runtime option workerThreads is "2", expected an integer from 0 to 1024'],
    [{ entries: Number.NaN }, "the runtime option entries is NaN, expected an integer from 0 to 4294967295"],
    [{ sqpollIdle: null }, "the runtime option sqpollIdle is null, expected an integer from 0 to 4294967295"],
    [{ threadPool: -4 }, "the runtime option threadPool is -4, expected an integer from 0 to 4294967295"],
    [{ runtimeType: "tokio" }, 'the runtime option runtimeType is "tokio", expected "io_uring" or "legacy"'],
    [{ heapLimitMebibytes: 15 }, "heapLimitMebibytes is 15, expected an integer from 16 to 4294967295"],
    [{ cpuAffinity: 1 }, "the runtime option cpuAffinity is 1, expected true or false"],
  ])("refuses %j", (options, message) => {
    const resolve = () => resolveRuntimeConfig(options as RuntimeOptions);
    expect(resolve).toThrow(RuntimeConfigError);
    expect(resolve).toThrow(message);
  });

  it("is what the manager shows", async () => {
    await using manager = await createWorkerManager({ mode: "inline", runtime: { workerThreads: 3 } });
    expect(manager.config).toMatchObject({ workerThreads: 3, entries: 32_768 });
  });

  it("is refused by the manager before it starts anything", async () => {
    await expect(createWorkerManager({ runtime: { workerThreads: -1 } })).rejects.toMatchObject({
      code: "ERR_RUNTIME_CONFIG",
      key: "workerThreads",
      value: "-1",
    });
  });
});

describe("keys without effect", () => {
  it("are reported once each, and only when they were given", async () => {
    const logger = recordingLogger();
    const runtime = {
      workerThreads: 2,
      entries: 1024,
      sqpollIdle: 50,
      runtimeType: "legacy",
      threadPool: 4,
    } as const;
    await using _ = await createWorkerManager({ mode: "inline", runtime, logger });
    expect(logger.records.map(({ fields }) => fields["key"])).toEqual([
      "entries",
      "sqpollIdle",
      "runtimeType",
      "threadPool",
    ]);
    expect(logger.records[0]).toEqual({
      level: "info",
      fields: { key: "entries", value: 1024 },
      message: "the runtime option entries has no effect: Node has no io_uring ring to size",
    });
  });

  it("are not reported when all is default", async () => {
    const logger = recordingLogger();
    await using _ = await createWorkerManager({ mode: "inline", logger });
    expect(logger.records).toEqual([]);
  });
});
