import { describe, expect, it } from "vitest";
import {
  createWorkerManager,
  WorkerDiedError,
  type WorkerManagerOptions,
  WorkerStartError,
} from "../src/index.ts";
import { commandsFor, initHook, lineService } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");
const precommitThatKills = (dyingWorkers: readonly number[]) => ({
  type: "precommit" as const,
  site: "site",
  service: lineService({ label: "deadly", dyingWorkers }),
});

async function startWorkers(workerThreads: number, options: Partial<WorkerManagerOptions> = {}) {
  const logger = recordingLogger();
  const events = eventLog();
  const manager = await createWorkerManager({
    runtime: { workerThreads },
    logger,
    graceMs: 0,
    onEvent: events.add,
    ...options,
  });
  return { manager, logger, events };
}

describe("a worker that dies", () => {
  it("answers what was asked of it with a coded error, and is reported", async () => {
    const { manager, logger, events } = await startWorkers(1);
    await using _ = manager;
    const error = (await manager.dispatch(precommitThatKills([0]))).error();

    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ code: "ERR_WORKER_DIED", workerId: 0, exitCode: 7, reason: "exited" });
    expect(await events.first("crashed")).toEqual({ type: "crashed", workerId: 0, reason: "exited", error });
    const record = await logger.waitFor(({ level }) => level === "error");
    expect(record).toEqual({ level: "error", fields: { worker: 0, err: error }, message: "a worker died" });
    expect(logger.takeEvents()).toEqual(["last words"]);
  });

  it("leaves the others as they were, which go on serving and taking commands", async () => {
    const { manager, logger, events } = await startWorkers(2);
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using early = await connectLines(logger.portOf("old", 0));

    const group = await manager.dispatch(precommitThatKills([1]));
    expect(group.results).toMatchObject([
      { workerId: 0, ok: true, value: "discarded" },
      { workerId: 1, ok: false, error: { code: "ERR_WORKER_DIED" } },
    ]);
    expect(await early.ask("still there")).toBe("first still there");

    const after = await manager.dispatch(site.precommit("second"));
    expect(after.results[0]).toEqual({ workerId: 0, ok: true, value: "applied" });
    expect(after.error()).toBeUndefined();
    (await manager.dispatch(site.update())).throwIfFailed();
    await using late = await connectLines(logger.portOf("old", 0));
    expect(late.label).toBe("second");
    await events.first("respawned");
    const sites = [{ site: "site", staged: false, committed: true }];
    expect(await manager.stats()).toMatchObject([
      { workerId: 0, alive: true, sites },
      { workerId: 1, alive: true, sites },
    ]);
    await using replaced = await connectLines(logger.portOf("old", 1));
    expect(replaced.label).toBe("second");
  });

  it("is waited for by the next command when it was the only one", async () => {
    const { manager } = await startWorkers(1);
    await using _ = manager;
    await manager.dispatch(precommitThatKills([0]));
    const group = await manager.dispatch(site.remove());
    expect(group.error()).toMatchObject({ code: "ERR_SITE_NOT_EXIST" });
  });

  it("is named when it dies of an init hook, and no other worker is left", async () => {
    const source = "export const initWorker = (_, { id }) => { if (id === 1) process.exit(3); }";
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const starting = createWorkerManager({ runtime: { workerThreads: 2 }, init });
    await expect(starting).rejects.toThrow(WorkerStartError);
    await expect(starting).rejects.toMatchObject({ workerId: 1, cause: { code: "ERR_WORKER_DIED" } });
  });
});

describe("an error that a callback throws", () => {
  it("has the worker replaced, and its other connections go on until their time is over", async () => {
    const { manager, logger, events } = await startWorkers(1, { drainMs: 60_000 });
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    const port = logger.portOf("old");
    await using other = await connectLines(port);
    await using thrower = await connectLines(port);
    thrower.socket.write("throw\n");

    const record = await logger.waitFor(({ level }) => level === "error");
    expect(record.message).toBe("uncaught in a worker, which is replaced");
    expect(record.fields).toMatchObject({ worker: 0, err: { message: "thrown by a callback" } });
    expect(record.fields["err"]).toBeInstanceOf(Error);
    expect(await events.first("crashed")).toMatchObject({ workerId: 0, reason: "uncaught" });
    await events.first("respawned");
    expect(await other.ask("still there")).toBe("first still there");
    expect(logger.portOf("old")).not.toBe(port);
    await using late = await connectLines(logger.portOf("old"));
    expect(late.label).toBe("first");
    await other[Symbol.asyncDispose]();
    await thrower[Symbol.asyncDispose]();
    await events.first("retired");
    await manager.close({ graceMs: 0 });
  });
});

describe("a worker survives", () => {
  it("a rejection that nobody handles", async () => {
    const logger = recordingLogger();
    const source = 'export const initWorker = () => { void Promise.reject(new RangeError("stray")); }';
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    await using manager = await createWorkerManager({ runtime: { workerThreads: 1 }, init, logger });
    const record = await logger.waitFor(({ level }) => level === "error");
    expect(record.fields).toMatchObject({ origin: "unhandledRejection", err: { message: "stray" } });
    expect(await manager.stats()).toMatchObject([{ alive: true }]);
  });

  it("a connection that breaks, which is logged and never thrown", async () => {
    const { manager, logger } = await startWorkers(1);
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using breaker = await connectLines(logger.portOf("old"));
    breaker.socket.write("break\n");
    const record = await logger.waitFor(({ message }) => message === "connection broken");
    expect(record).toMatchObject({
      level: "warn",
      fields: { site: "site", err: { message: "broken on request" } },
    });
    await using next = await connectLines(logger.portOf("old"));
    expect(next.label).toBe("first");
  });
});

describe("an init hook", () => {
  it("that fails ends every worker and says which one failed", async () => {
    const starting = createWorkerManager({
      runtime: { workerThreads: 2 },
      init: initHook({ failingWorker: 1 }),
    });
    await expect(starting).rejects.toThrow(WorkerStartError);
    await expect(starting).rejects.toThrow("worker 1 could not start: the hook fails");
  });
});
