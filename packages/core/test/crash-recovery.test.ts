import { once } from "node:events";
import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createWorkerManager, type WorkerManagerOptions } from "../src/index.ts";
import { commandsFor, lineService } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startWorkers(options: WorkerManagerOptions = {}) {
  const logger = recordingLogger();
  const events = eventLog();
  const runtime = { workerThreads: 2, heapLimitMebibytes: 64 };
  const manager = await createWorkerManager({ runtime, logger, onEvent: events.add, graceMs: 0, ...options });
  return { manager, logger, events };
}

const ways = [
  ["calls process.exit", "exit", "exited"],
  ["fills its heap bit by bit", "fill", "out-of-memory"],
  ["is stuck in a loop", "spin", "unresponsive"],
  ["throws outside of any call", "throw", "uncaught"],
] as const;

describe.each(["threads", "processes"] as const)("a worker (%s) that", (mode) => {
  it.each(ways)(
    "%s is replaced by one that holds what is deployed; the others notice nothing",
    async (...way) => {
      const [, order, reason] = way;
      const { manager, logger, events } = await startWorkers({
        mode,
        ...(order === "spin" ? { heartbeatTimeoutMs: 2_000 } : {}),
      });
      await using _ = manager;
      (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
      (await manager.dispatch(site.precommit("second"))).throwIfFailed();
      (await manager.dispatch(site.update())).throwIfFailed();
      (await manager.dispatch(site.precommit("third"))).throwIfFailed();
      await using other = await connectLines(logger.portOf("old", 0));
      await using victim = await connectLines(logger.portOf("old", 1));
      victim.socket.write(`${order}\n`);

      expect(await events.first("crashed")).toMatchObject({ workerId: 1, reason });
      expect(await events.first("respawned")).toMatchObject({ workerId: 1, attempt: 1 });
      expect(await other.ask("still there")).toBe("second still there");
      await using late = await connectLines(logger.portOf("old", 1));
      expect(late.label).toBe("second");
      // What was staged is, too, and from the committed one of its own worker.
      (await manager.dispatch(site.update())).throwIfFailed();
      await using last = await connectLines(logger.portOf("old", 1));
      expect(last.label).toBe("third");
    },
  );
});

describe("commands, while a worker is replaced,", () => {
  it("are answered by the others and known to the new one", async () => {
    const { manager, logger, events } = await startWorkers();
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using victim = await connectLines(logger.portOf("old", 1));
    victim.socket.write("exit\n");
    await events.first("crashed");
    const other = commandsFor("other");
    const commands = [site.precommit("second"), site.update(), other.precommit("a"), other.abort()];
    for (const command of commands) (await manager.dispatch(command)).throwIfFailed();
    await events.first("respawned");
    const sites = [
      { site: "site", staged: false, committed: true },
      { site: "other", staged: false, committed: false },
    ];
    expect(await manager.stats()).toMatchObject([{ sites }, { alive: true, sites }]);
    await using late = await connectLines(logger.portOf("old", 1));
    expect(late.label).toBe("second");
  });

  it("that kill every worker before anything has served change nothing", async () => {
    const { manager, logger, events } = await startWorkers();
    await using _ = manager;
    const service = lineService({ label: "deadly", dyingWorkers: [0, 1] });
    const group = await manager.dispatch({ type: "precommit", site: "site", service });
    expect(group.results.map((result) => result.ok)).toEqual([false, false]);
    await events.nth("respawned", 2);
    expect(await manager.stats()).toMatchObject([{ sites: [] }, { sites: [] }]);
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using late = await connectLines(logger.portOf("old", 0));
    expect(late.label).toBe("first");
  });

  it("that one worker's death keeps from being applied there are in force with its successor", async () => {
    const { manager, events } = await startWorkers();
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    // Closing this listener ends worker 1, when the others have applied the command already or are about to.
    const source = `
      export const createListener = (_, worker) => ({
        make: async () => ({
          [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
          [Symbol.asyncDispose]: async () => { if (worker.id === 1 && worker.generation === 0) process.exit(5); },
        }),
      });`;
    const listen = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const service = lineService({ label: "second" });
    const deadly = { type: "prepare-and-commit", site: "deadly", service, listen } as const;
    (await manager.dispatch(deadly)).throwIfFailed();
    const group = await manager.dispatch({ type: "remove", site: "deadly" });
    expect(group.results).toMatchObject([
      { ok: true, value: "applied" },
      { ok: false, error: { code: "ERR_WORKER_DIED" } },
    ]);
    await events.first("respawned");
    const sites = [{ site: "site", staged: false, committed: true }];
    await eventually(async () => expect(await manager.stats()).toMatchObject([{ sites }, { sites }]));
  });
});

describe("a worker that dies again and again", () => {
  it("is made again after longer and longer pauses, which are reported, until it lives", async () => {
    const { manager, logger, events } = await startWorkers({ runtime: { workerThreads: 2 } });
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    // Whoever takes the place of worker 1 dies while it is brought to what is deployed, twice.
    const source = `
      export const createService = (_, worker) => ({
        async make() {
          if (worker.id === 1 && worker.generation > 0 && worker.generation < 3) process.exit(9);
          return { call: async () => {} };
        },
      });`;
    const service = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    (await manager.dispatch({ type: "precommit", site: "fragile", service })).throwIfFailed();
    await using victim = await connectLines(logger.portOf("old", 1));
    victim.socket.write("exit\n");
    expect(await events.nth("respawn-failed", 2)).toMatchObject({ workerId: 1, retryInMs: 200 });
    const { retryInMs, error } = await events.first("respawn-failed");
    expect(retryInMs).toBe(100);
    expect(error).toMatchObject({ code: "ERR_WORKER_DIED", exitCode: 9 });
    // The others take commands meanwhile.
    (await manager.dispatch(site.precommit("second"))).throwIfFailed();
    expect(await events.first("respawned")).toMatchObject({ workerId: 1, attempt: 3 });
    expect(await manager.stats()).toMatchObject([{ alive: true }, { alive: true, sites: [{}, {}] }]);
  });

  it("is answered for with its error when it was the only one", async () => {
    const source =
      "export const initWorker = (_, { generation }) => { if (generation > 0) throw new RangeError('no'); }";
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const { manager, logger, events } = await startWorkers({ runtime: { workerThreads: 1 }, init });
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using victim = await connectLines(logger.portOf("old"));
    victim.socket.write("exit\n");
    await events.nth("respawn-failed", 2);
    const group = await manager.dispatch(site.remove());
    expect(group.error()).toMatchObject({ code: "ERR_WORKER_DIED", workerId: 0 });
  });
});

describe("a worker that does not get ready", () => {
  it("is ended when its time is over, and made again", async () => {
    const source = `export const initWorker = (_, { generation }) => generation === 1 ? new Promise(() => {}) : "ready";`;
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const { manager, logger, events } = await startWorkers({ init, startLimitMs: 5_000 });
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using victim = await connectLines(logger.portOf("old", 1));
    victim.socket.write("exit\n");
    const { error } = await events.first("respawn-failed");
    expect(error).toMatchObject({ code: "ERR_WORKER_START_TIMEOUT", workerId: 1 });
    expect(await events.first("respawned")).toMatchObject({ attempt: 2 });
    expect(manager.initOutputs).toEqual(["ready", "ready"]);
  });
});

describe.each(["threads", "processes"] as const)("replacing all workers (%s)", (mode) => {
  it("puts new ones in their places, which old connections need not notice", async () => {
    const { manager, logger, events } = await startWorkers({ mode });
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    const port = logger.portOf("old", 1);
    await using early = await connectLines(port);
    await manager.replaceWorkers();
    expect(logger.portOf("old", 1)).not.toBe(port);
    expect(await early.ask("still there")).toBe("first still there");
    await using late = await connectLines(logger.portOf("old", 1));
    expect(late.label).toBe("first");
    early.socket.end();
    await once(early.socket, "close");
    expect(await events.nth("retired", 2)).toMatchObject({ replaced: true });
  });

  it("stops at one that cannot start, and the old ones serve on", async () => {
    const source =
      "export const initWorker = (_, { id, generation }) => { if (id + generation === 2) throw new RangeError('no'); }";
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const { manager, logger } = await startWorkers({ mode, init });
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    const port = logger.portOf("old", 1);
    await expect(manager.replaceWorkers()).rejects.toThrow("no");
    await using client = await connectLines(port);
    expect(client.label).toBe("first");
    (await manager.dispatch(site.precommit("second"))).throwIfFailed();
  });
});
