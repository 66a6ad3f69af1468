import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { deferred, longestSilence } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createWorkerManager, type ServiceCommand, type WorkerManagerOptions } from "../src/index.ts";
import { commandsFor, lineService } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines, isListening, type LineClient } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");
const heartbeatTimeoutMs = 2_000;
const module = (source: string) => ({
  module: `data:text/javascript,${encodeURIComponent(source)}`,
  config: {},
});
const looping = module("for (;;);");
const precommitThatLoops: ServiceCommand = { type: "precommit", site: "site", service: looping };

/** Two workers that serve. Worker 1 goes first, so that worker 0 is the one that must notice nothing. */
async function startServing(options: WorkerManagerOptions = {}) {
  const logger = recordingLogger();
  const events = eventLog();
  const manager = await createWorkerManager({
    runtime: { workerThreads: 2 },
    logger,
    onEvent: events.add,
    graceMs: 0,
    heartbeatTimeoutMs,
    ...options,
  });
  (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
  logger.takeEvents();
  const crashed = () => events.events.filter(({ type }) => type === "crashed");
  return { manager, logger, events, crashed };
}

/** The client gets answers all the time until `over` settles. */
async function expectAnswers(client: LineClient, over: Promise<unknown>): Promise<void> {
  const closed = client.closed.then(() => "closed");
  let count = 0;
  const ask = async () => {
    count += 1;
    const answer = client.ask(`${count}`).catch(String);
    expect(await Promise.race([answer, closed])).toBe(`${client.label} ${count}`);
  };
  expect(await longestSilence({ ask, until: over, tickMs: heartbeatTimeoutMs / 20 })).toBeLessThan(10);
}

describe.each(["threads", "processes"] as const)("a module that loops while it is loaded (%s)", (mode) => {
  it("costs one worker, which is replaced; the others serve on, and the command fails", async () => {
    const { manager, logger, events, crashed } = await startServing({ mode });
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    const staging = manager.dispatch(precommitThatLoops);
    await expectAnswers(client, staging);
    expect((await staging).results).toMatchObject([
      { workerId: 0, ok: true, value: "discarded" },
      { workerId: 1, ok: false, error: { code: "ERR_WORKER_DIED", reason: "unresponsive" } },
    ]);
    expect(await events.first("respawned")).toMatchObject({ workerId: 1, attempt: 1 });
    expect(crashed()).toHaveLength(1);
    const sites = [{ site: "site", staged: false, committed: true }];
    expect(await manager.stats()).toMatchObject([{ sites }, { alive: true, sites }]);
  });

  it("costs one worker while new ones take the places of all", async () => {
    const { manager, logger, crashed } = await startServing({ mode, drainMs: 60_000 });
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    const staging = manager.dispatch(precommitThatLoops);
    await expectAnswers(client, Promise.all([staging, manager.replaceWorkers()]));
    expect((await staging).results).toMatchObject([{ ok: true, value: "discarded" }, { ok: false }]);
    expect(crashed()).toHaveLength(1);
    for (const worker of [0, 1]) {
      await using late = await connectLines(logger.portOf("old", worker));
      expect(late.label).toBe("first");
    }
  });
});

describe("a module that loops while it is loaded", () => {
  it("costs no other worker when it comes again before that one is replaced", async () => {
    const { manager, logger, events } = await startServing();
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    const commands = [precommitThatLoops, precommitThatLoops, site.precommit("second"), site.update()];
    const groups = Promise.all(commands.map((command) => manager.dispatch(command)));
    await expectAnswers(client, groups);
    const silent = "worker 1 did not give a sign of life for too long";
    const messages = (await groups).map((group) => group.error()?.message);
    expect(messages).toEqual([silent, silent, undefined, undefined]);
    await events.nth("respawned", 2);
    for (const worker of [0, 1]) {
      await using late = await connectLines(logger.portOf("old", worker));
      expect(late.label).toBe("second");
    }
  });

  it("costs no other worker when the one that goes first has just died of something else", async () => {
    const { manager, logger, events } = await startServing();
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    await using victim = await connectLines(logger.portOf("old", 1));
    victim.socket.write("exit\n");
    await events.first("crashed");
    const staging = manager.dispatch(precommitThatLoops);
    await expectAnswers(client, staging);
    expect((await staging).error()).toMatchObject({ workerId: 1, reason: "unresponsive" });
    await events.nth("respawned", 2);
  });

  it("costs one worker when it is that of a listener, too", async () => {
    const { manager, logger, events } = await startServing();
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    (await manager.dispatch(site.precommit("second"))).throwIfFailed();
    const opening = manager.dispatch({ type: "commit", site: "site", listen: looping });
    await expectAnswers(client, opening);
    expect((await opening).results).toMatchObject([{ ok: true, value: "discarded" }, { ok: false }]);
    await events.first("respawned");
    // What was staged before is, in the new one, too.
    (await manager.dispatch(site.update())).throwIfFailed();
  });

  it("does not keep the others from draining when the manager closes", async () => {
    const { manager, logger } = await startServing();
    await using client = await connectLines(logger.portOf("old", 0));
    const staging = manager.dispatch(precommitThatLoops);
    await client.ask("the command is under way");
    const closing = manager.close({ graceMs: 60_000 });
    await logger.waitFor(({ fields }) => fields["event"] === "closed old" && fields["worker"] === 0);
    expect(await isListening(logger.portOf("old", 0))).toBe(false);
    expect(await client.ask("still there")).toBe("first still there");
    client.socket.end();
    await closing;
    const { code } = (await staging).error() as Error & { readonly code?: string };
    expect(["ERR_WORKER_DIED", "ERR_CORE_CLOSED"]).toContain(code);
  });

  it("costs the only worker where there is one", async () => {
    const { manager, logger, events } = await startServing({ runtime: { workerThreads: 1 } });
    await using _ = manager;
    expect((await manager.dispatch(precommitThatLoops)).error()).toMatchObject({ reason: "unresponsive" });
    await events.first("respawned");
    await using late = await connectLines(logger.portOf("old"));
    expect(late.label).toBe("first");
  });
});

describe.each(["threads", "processes"] as const)("the worker that goes first (%s)", (mode) => {
  it("keeps a module that ends the process from the others", async () => {
    const { manager, logger, events, crashed } = await startServing({ mode });
    await using _ = manager;
    await using client = await connectLines(logger.portOf("old", 0));
    const service = lineService({ label: "deadly", dyingWorkers: [0, 1] });
    const group = await manager.dispatch({ type: "precommit", site: "site", service });
    expect(group.results).toMatchObject([
      { workerId: 0, ok: true, value: "discarded" },
      { workerId: 1, ok: false, error: { code: "ERR_WORKER_DIED", reason: "exited" } },
    ]);
    await events.first("respawned");
    expect(await client.ask("still there")).toBe("first still there");
    expect(crashed()).toHaveLength(1);
  });

  it("keeps what it refuses from the others", async () => {
    const { manager, logger } = await startServing({ mode });
    await using _ = manager;
    const group = await manager.dispatch(site.precommit("second", [1]));
    expect(group.results).toMatchObject([
      { workerId: 0, ok: true, value: "discarded" },
      { workerId: 1, ok: false, error: { code: "ERR_BUILD_SERVICE" } },
    ]);
    expect(logger.takeEvents()).toEqual([]);
    (await manager.dispatch(site.precommit("third"))).throwIfFailed();
  });

  it("discards what it made when another one fails", async () => {
    const { manager, logger } = await startServing({ mode });
    await using _ = manager;
    const group = await manager.dispatch(site.precommit("second", [0]));
    expect(group.results).toMatchObject([{ ok: false }, { ok: true, value: "discarded" }]);
    expect(logger.takeEvents()).toEqual(["made second from first", "disposed second"]);
  });

  it("has its say alone when the others die before they are asked", async () => {
    const { manager, logger, events } = await startServing({ mode });
    await using _ = manager;
    const gate = createServer().listen(0, "127.0.0.1");
    await once(gate, "listening");
    // Whoever makes it asks the test, and waits until it may go on.
    const service = module(`
      import { once } from "node:events";
      import { connect } from "node:net";
      export const createService = () => ({
        async make() {
          await once(connect(${(gate.address() as AddressInfo).port}, "127.0.0.1").resume(), "close");
          return { call: async () => {} };
        },
      });`);
    const staging = manager.dispatch({ type: "precommit", site: "site", service });
    const [making] = (await once(gate, "connection")) as [Socket];
    await using victim = await connectLines(logger.portOf("old", 0));
    victim.socket.write("exit\n");
    await events.first("crashed");
    gate.on("connection", (socket) => socket.end());
    making.end();
    expect((await staging).results).toEqual([{ workerId: 1, ok: true, value: "applied" }]);
    await events.first("respawned");
    const sites = [{ site: "site", staged: true, committed: true }];
    expect(await manager.stats()).toMatchObject([{ alive: true, sites }, { sites }]);
    gate.close();
  });
});

it("goes to the last worker first, and then to all others at once, what runs code of a site", async () => {
  const { manager } = await startServing({ mode: "inline", runtime: { workerThreads: 4 } });
  await using _ = manager;
  const allMaking = deferred();
  const made: number[] = [];
  const factory = (_config: unknown, { id }: { readonly id: number }) => ({
    async make() {
      made.push(id);
      // One after the other would never end.
      if (made.length === 4) allMaking.resolve();
      if (made.length > 1) await allMaking.promise;
      return { call: async () => {} };
    },
  });
  const service = { factory, config: undefined };
  const group = await manager.dispatch({ type: "precommit", site: "site", service });
  expect(group.results.map(({ workerId, ok }) => ok && workerId)).toEqual([0, 1, 2, 3]);
  expect(made).toEqual([3, 0, 1, 2]);
});
