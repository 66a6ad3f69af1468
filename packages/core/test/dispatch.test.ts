import { deferred, eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  BuildListenerError,
  BuildServiceError,
  createWorkerManager,
  type ServiceCommand,
  SpecNotTransferableError,
} from "../src/index.ts";
import { commandsFor } from "./commands.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startWorkers(mode: "threads" | "processes" | "inline", workerThreads = 2) {
  const logger = recordingLogger();
  const manager = await createWorkerManager({ mode, runtime: { workerThreads }, logger, graceMs: 0 });
  const dispatch = async (...commands: ServiceCommand[]) => {
    for (const command of commands) (await manager.dispatch(command)).throwIfFailed();
    logger.takeEvents();
  };
  const sites = async () => (await manager.stats()).map((worker) => worker.sites);
  const services = async () => (await manager.stats()).map((worker) => worker.services);
  return { logger, manager, dispatch, sites, services };
}

describe.each(["threads", "processes", "inline"] as const)("a dispatch (%s)", (mode) => {
  it("applies a command in every worker and gives one result each, in worker order", async () => {
    const { manager, sites } = await startWorkers(mode);
    await using _ = manager;
    const group = await manager.dispatch(site.precommit("first"));
    expect([...group]).toEqual([
      { workerId: 0, ok: true, value: "applied" },
      { workerId: 1, ok: true, value: "applied" },
    ]);
    const staged = [{ site: "site", staged: true, committed: false }];
    expect(await sites()).toEqual([staged, staged]);
  });

  it.each([0, 1])("leaves no new site anywhere when a precommit fails in worker %s", async (failing) => {
    const { manager, sites, services } = await startWorkers(mode);
    await using _ = manager;
    const group = await manager.dispatch(site.precommit("first", [failing]));

    expect(group.results.map((result) => (result.ok ? result.value : "failed"))).toEqual(
      failing === 0 ? ["failed", "discarded"] : ["discarded", "failed"],
    );
    const error = group.error();
    expect(error).toBeInstanceOf(BuildServiceError);
    expect(error?.message).toContain("factory of first fails");
    expect(error?.cause).toBeInstanceOf(RangeError);
    expect(() => group.throwIfFailed()).toThrow(BuildServiceError);
    expect(await sites()).toEqual([[], []]);
    await eventually(async () => expect(await services()).toEqual([0, 0]));
  });

  it("keeps what was staged before when a later precommit fails in one worker", async () => {
    const { manager, dispatch, services, logger } = await startWorkers(mode);
    await using _ = manager;
    await dispatch(site.prepareAndCommit("first", "old"), site.precommit("second"));
    await manager.dispatch(site.precommit("third", [0]));
    await eventually(async () => expect(await services()).toEqual([2, 2]));

    await dispatch(site.update());
    for (const worker of [0, 1]) {
      await using client = await connectLines(logger.portOf("old", worker));
      expect(client.label).toBe("second");
    }
  });

  it("commits in no worker when the listener of one fails, and keeps what is staged for another try", async () => {
    const { manager, dispatch, sites, logger } = await startWorkers(mode);
    await using _ = manager;
    await dispatch(site.precommit("first"));
    const group = await manager.dispatch(site.commit("new", [1]));

    expect(group.error()).toBeInstanceOf(BuildListenerError);
    expect(logger.takeEvents()).toEqual(["listening new", "closed new"]);
    const staged = [{ site: "site", staged: true, committed: false }];
    expect(await sites()).toEqual([staged, staged]);

    await dispatch(site.commit("again"));
    await using client = await connectLines(logger.portOf("again", 1));
    expect(client.label).toBe("first");
  });

  it("leaves the listener before untouched when committing over it fails in one worker", async () => {
    const { manager, dispatch, services, logger } = await startWorkers(mode);
    await using _ = manager;
    await dispatch(site.prepareAndCommit("first", "old"));
    await using early = await connectLines(logger.portOf("old", 0));
    // Worker 1 has made all of it by then: it goes first.
    const group = await manager.dispatch(site.prepareAndCommit("next", "new", { listener: [0] }));

    expect(group.error()).toBeInstanceOf(BuildListenerError);
    expect(logger.takeEvents().sort()).toEqual(
      ["closed new", "disposed next", "listening new", "made next from nothing"]
        .concat("made next from nothing", "disposed next")
        .sort(),
    );
    expect(await early.ask("still there")).toBe("first still there");
    for (const worker of [0, 1]) {
      await using late = await connectLines(logger.portOf("old", worker));
      expect(late.label).toBe("first");
    }
    await eventually(async () => expect(await services()).toEqual([1, 1]));
  });

  it("waits for the dispatch before it", async () => {
    const { manager, logger } = await startWorkers(mode, 1);
    await using _ = manager;
    const groups = await Promise.all([
      manager.dispatch(site.precommit("first")),
      manager.dispatch(site.commit("old")),
      manager.dispatch(site.precommit("second")),
      manager.dispatch(site.update()),
      manager.dispatch(site.remove()),
    ]);
    expect(groups.map((group) => group.error())).toEqual(Array(5).fill(undefined));
    const events = ["made first from nothing", "listening old", "made second from first"];
    expect(logger.takeEvents()).toEqual([...events, "disposed first", "closed old", "disposed second"]);
  });

  it("succeeds in no worker when there is none", async () => {
    const { manager } = await startWorkers(mode, 0);
    await using _ = manager;
    const group = await manager.dispatch(site.remove());
    expect(group.length).toBe(0);
    expect(group.error()).toBeUndefined();
    expect(await manager.stats()).toEqual([]);
  });
});

describe("a dispatch to threads", () => {
  const factory = () => ({ make: async () => ({ call: async () => {} }) });

  it("refuses functions", async () => {
    const { manager } = await startWorkers("threads", 1);
    await using _ = manager;
    const command = { type: "precommit", site: "site", service: { factory, config: undefined } } as const;
    await expect(manager.dispatch(command)).rejects.toThrow(SpecNotTransferableError);
    await expect(manager.dispatch(command)).rejects.toThrow("the precommit of site site cannot be sent");
  });

  it("says which export a module lacks", async () => {
    const { manager } = await startWorkers("threads", 1);
    await using _ = manager;
    const service = { module: "data:text/javascript,export const createListener = 1", config: {} };
    const error = (await manager.dispatch({ type: "precommit", site: "site", service })).error();
    expect(error).toBeInstanceOf(BuildServiceError);
    expect(error?.message).toMatch(/has no function exported as createService$/);
  });

  it("says that a module does not exist", async () => {
    const { manager } = await startWorkers("threads", 1);
    await using _ = manager;
    const service = { module: "file:///no/such/module.js", config: {} };
    const error = (await manager.dispatch({ type: "precommit", site: "site", service })).error();
    expect(error).toBeInstanceOf(BuildServiceError);
    expect(error?.cause).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
  });
});

describe("dispatches to inline workers", () => {
  it("take the functions themselves, and hand the configuration over as it is", async () => {
    const manager = await createWorkerManager({ mode: "inline" });
    await using _ = manager;
    const config = { seen: [] as unknown[] };
    const factory = (given: typeof config, worker: { readonly id: number; readonly count: number }) => {
      given.seen.push([worker.id, worker.count]);
      return { make: async () => ({ call: async (_accepted: unknown, _context: object) => {} }) };
    };
    const command = { type: "precommit", site: "site", service: { factory, config } } as const;
    (await manager.dispatch(command)).throwIfFailed();
    expect(config.seen).toEqual([[0, 1]]);
  });

  it("go to all workers at once before anything has served", async () => {
    const manager = await createWorkerManager({ mode: "inline", runtime: { workerThreads: 3 } });
    await using _ = manager;
    const allMaking = deferred();
    let making = 0;
    // Each factory waits for all of them: one after the other would never end.
    const make = async () => {
      making += 1;
      if (making === 3) allMaking.resolve();
      await allMaking.promise;
      return { call: async () => {} };
    };
    const service = { factory: () => ({ make }), config: undefined };
    const group = await manager.dispatch({ type: "precommit", site: "site", service });
    expect(group.error()).toBeUndefined();
    expect(group.length).toBe(3);
  });

  it("report a command of an unknown type as a failure", async () => {
    const manager = await createWorkerManager({ mode: "inline" });
    await using _ = manager;
    const group = await manager.dispatch({ type: "explode", site: "site" } as never);
    expect(group.error()).toBeInstanceOf(TypeError);
  });
});
