import { describe, expect, it } from "vitest";
import { createWorkerManager, WorkerDiedError, WorkerStartError } from "../src/index.ts";
import { commandsFor, initHook, lineService } from "./commands.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");
const precommitThatKills = (dyingWorkers: readonly number[]) => ({
  type: "precommit" as const,
  site: "site",
  service: lineService({ label: "deadly", dyingWorkers }),
});

async function startWorkers(workerThreads: number) {
  const logger = recordingLogger();
  const death = Promise.withResolvers<WorkerDiedError>();
  const manager = await createWorkerManager({
    runtime: { workerThreads },
    logger,
    graceMs: 0,
    onWorkerDeath: death.resolve,
  });
  return { manager, logger, death: death.promise };
}

describe("a worker that dies", () => {
  it("answers what was asked of it with a coded error, and is reported", async () => {
    const { manager, logger, death } = await startWorkers(1);
    await using _ = manager;
    const error = (await manager.dispatch(precommitThatKills([0]))).error();

    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ code: "ERR_WORKER_DIED", workerId: 0, exitCode: 7 });
    expect(await death).toBe(error);
    const record = await logger.waitFor(({ level }) => level === "error");
    expect(record).toEqual({ level: "error", fields: { worker: 0, err: error }, message: "a worker died" });
    expect(logger.takeEvents()).toEqual(["last words"]);
  });

  it("leaves the others as they were, which go on serving and taking commands", async () => {
    const { manager, logger } = await startWorkers(2);
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
    expect([...after]).toEqual([{ workerId: 0, ok: true, value: "applied" }]);
    (await manager.dispatch(site.update())).throwIfFailed();
    await using late = await connectLines(logger.portOf("old", 0));
    expect(late.label).toBe("second");
    expect(await manager.stats()).toMatchObject([
      { workerId: 0, alive: true, sites: [{ site: "site" }] },
      { workerId: 1, alive: false, sites: [], connections: 0, services: 0 },
    ]);
  });

  it("makes every command fail when it was the last one", async () => {
    const { manager } = await startWorkers(1);
    await using _ = manager;
    await manager.dispatch(precommitThatKills([0]));
    const group = await manager.dispatch(site.remove());
    expect(group.length).toBe(1);
    expect(group.error()).toMatchObject({ code: "ERR_WORKER_DIED", workerId: 0 });
  });

  it("is named when it dies of an init hook, and no other worker is left", async () => {
    const source = "export const initWorker = (_, { id }) => { if (id === 1) process.exit(3); }";
    const init = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const starting = createWorkerManager({ runtime: { workerThreads: 2 }, init });
    await expect(starting).rejects.toThrow(WorkerStartError);
    await expect(starting).rejects.toMatchObject({ workerId: 1, cause: { code: "ERR_WORKER_DIED" } });
  });
});

describe("a worker survives", () => {
  it("an error that a callback throws, which is logged, and its connections with it", async () => {
    const { manager, logger } = await startWorkers(1);
    await using _ = manager;
    (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
    await using other = await connectLines(logger.portOf("old"));
    await using thrower = await connectLines(logger.portOf("old"));
    thrower.socket.write("throw\n");

    const record = await logger.waitFor(({ level }) => level === "error");
    expect(record.message).toBe("uncaught in a worker, which goes on");
    expect(record.fields).toMatchObject({ worker: 0, err: { message: "thrown by a callback" } });
    expect(record.fields["err"]).toBeInstanceOf(Error);
    expect(await other.ask("still there")).toBe("first still there");
  });

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
