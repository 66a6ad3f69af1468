import { describe, expect, it } from "vitest";
import {
  createWorkerManager,
  RuntimeConfigError,
  type WorkerManagerOptions,
  WorkerStartError,
} from "../src/index.ts";
import { commandsFor } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines, isListening } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startSite(options: WorkerManagerOptions = {}) {
  const logger = recordingLogger();
  const events = eventLog();
  const runtime = { workerThreads: 2 };
  const manager = await createWorkerManager({ runtime, logger, onEvent: events.add, graceMs: 0, ...options });
  (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
  (await manager.dispatch(site.precommit("second"))).throwIfFailed();
  (await manager.dispatch(site.update())).throwIfFailed();
  const ids = async () => (await manager.stats()).map(({ workerId, sites }) => [workerId, sites.length]);
  return { manager, logger, events, ids };
}

describe.each(["threads", "processes", "inline"] as const)("the number of workers (%s)", (mode) => {
  it("grows by workers that hold what is deployed, and shrinks by workers that drain", async () => {
    const { manager, logger, events, ids } = await startSite({ mode });
    await using _ = manager;
    await manager.reconfigure({ runtime: { workerThreads: 3 } });
    expect(manager.config.workerThreads).toBe(3);
    expect(await ids()).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    const port = logger.portOf("old", 2);
    const client = await connectLines(port);
    expect(client.label).toBe("second");

    await manager.reconfigure({ runtime: { workerThreads: 1 } });
    expect(await ids()).toEqual([[0, 1]]);
    const closed = (worker: number) =>
      logger.waitFor(({ fields }) => fields["event"] === "closed old" && fields["worker"] === worker);
    await Promise.all([closed(1), closed(2)]);
    expect(await isListening(port)).toBe(false);
    expect(await client.ask("still there")).toBe("second still there");
    await client[Symbol.asyncDispose]();
    expect(await events.nth("retired", 2)).toMatchObject({ replaced: false });
    expect((await manager.dispatch(site.precommit("third"))).length).toBe(1);
  });

  it("is told of to whoever subscribes, for as long as they do", async () => {
    const { manager } = await startSite({ mode });
    await using _ = manager;
    const told = eventLog();
    const unsubscribe = manager.subscribe(told.add);
    await manager.reconfigure({ runtime: { workerThreads: 3 } });
    expect(await told.first("ready")).toMatchObject({ workerId: 2 });
    unsubscribe();
    const count = told.events.length;
    await manager.reconfigure({ runtime: { workerThreads: 4 } });
    expect(told.events).toHaveLength(count);
  });
});

describe("settings of workers", () => {
  it("change by a new worker in the place of each; connections go on", async () => {
    const { manager, logger } = await startSite();
    await using _ = manager;
    await using early = await connectLines(logger.portOf("old", 1));
    const ports = [0, 1].map((worker) => logger.portOf("old", worker));
    await manager.reconfigure({ runtime: { workerThreads: 2, heapLimitMebibytes: 128 } });
    expect([0, 1].map((worker) => logger.portOf("old", worker))).not.toEqual(ports);
    await expect.poll(() => manager.figures.length, { timeout: 5_000 }).toBe(2);
    for (const { heapLimitBytes } of manager.figures) expect(heapLimitBytes).toBeLessThan(300 * 1024 * 1024);
    expect(await early.ask("still there")).toBe("second still there");
  });

  it("stay as they are when nothing of them changed", async () => {
    const { manager, logger } = await startSite();
    await using _ = manager;
    const port = logger.portOf("old", 1);
    await manager.reconfigure({ runtime: { workerThreads: 2 }, graceMs: 5, startLimitMs: 10_000 });
    expect(logger.portOf("old", 1)).toBe(port);
  });

  it("are refused when they are wrong, and when a worker cannot start with them", async () => {
    const source =
      "export const initWorker = (_, { id }) => { if (id === 3) throw new RangeError('no room'); }";
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const { manager, ids } = await startSite({ init });
    await using _ = manager;
    await expect(manager.reconfigure({ runtime: { workerThreads: -1 } })).rejects.toThrow(RuntimeConfigError);
    await expect(manager.reconfigure({ runtime: { workerThreads: 4 } })).rejects.toThrow(WorkerStartError);
    expect(manager.config.workerThreads).toBe(2);
    expect(await ids()).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

it("closing ends workers that still drain", async () => {
  const { manager, logger } = await startSite();
  const client = await connectLines(logger.portOf("old", 1));
  await manager.reconfigure({ runtime: { workerThreads: 1 } });
  await manager.close({ graceMs: 1 });
  await client.closed;
});
