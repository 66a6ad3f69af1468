import { describe, expect, it } from "vitest";
import { createWorkerManager } from "../src/index.ts";
import { commandsFor, lineService, tcpListener } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines, isListening } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startSite(mode: "threads" | "processes" | "inline", drainMs: number) {
  const logger = recordingLogger();
  const events = eventLog();
  const manager = await createWorkerManager({
    mode,
    runtime: { workerThreads: 1 },
    logger,
    graceMs: 0,
    drainMs,
    onEvent: events.add,
  });
  (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
  return { manager, logger, events, port: logger.portOf("old") };
}

describe.each(["threads", "processes", "inline"] as const)("a service that is drained (%s)", (mode) => {
  const ways = [
    ["when its site is removed", [site.remove()]],
    ["when its listener changes", [site.precommit("second"), site.commit("new")]],
    [
      "when it is updated, if that is asked for",
      [site.precommit("second"), { ...site.update(), drain: true }],
    ],
  ] as const;

  it.each(ways)("%s: its connections are broken at the deadline", async (_, commands) => {
    const { manager, events, port } = await startSite(mode, 20);
    await using _manager = manager;
    const client = await connectLines(port);
    for (const command of commands) (await manager.dispatch(command)).throwIfFailed();
    await client.closed;
    expect(await events.first("drained")).toMatchObject({ site: "site", connections: 1, broken: 1 });
    if (commands[0].type === "remove") expect(await isListening(port)).toBe(false);
  });

  it.each(ways)("%s: its connections may end before the deadline", async (_, commands) => {
    const { manager, events, port } = await startSite(mode, 60_000);
    await using _manager = manager;
    const client = await connectLines(port);
    for (const command of commands) (await manager.dispatch(command)).throwIfFailed();
    expect(await client.ask("still there")).toBe("first still there");
    await client[Symbol.asyncDispose]();
    expect(await events.first("drained")).toMatchObject({ connections: 1, broken: 0 });
  });

  it("has no say in an update that does not ask for it", async () => {
    const { manager, port } = await startSite(mode, 0);
    await using _manager = manager;
    await using client = await connectLines(port);
    (await manager.dispatch(site.precommit("second"))).throwIfFailed();
    (await manager.dispatch(site.update())).throwIfFailed();
    expect(await client.ask("still there")).toBe("first still there");
  });
});

describe.each(["threads", "processes"] as const)("a service of several workers (%s)", (mode) => {
  it("drains when the last of them has closed its listener, as its clients are told to come again", async () => {
    const logger = recordingLogger();
    const runtime = { workerThreads: 2 };
    await using manager = await createWorkerManager({ mode, runtime, logger, graceMs: 0 });
    const listen = tcpListener({ name: "old", slowWorkers: [1] });
    const service = lineService({ label: "first" });
    const { results } = await manager.dispatch({ type: "prepare-and-commit", site: "site", service, listen });
    expect(results).toHaveLength(2);
    logger.takeEvents();
    (await manager.dispatch(site.remove())).throwIfFailed();
    const disposed = () => logger.records.filter(({ message }) => message === "service disposed").length;
    await expect.poll(disposed, { timeout: 5_000 }).toBe(2);
    expect(logger.takeEvents()).toEqual(["closed old", "closed old", "disposed first", "disposed first"]);
  });
});

describe.each(["threads", "processes", "inline"] as const)("the manager's figures (%s)", (mode) => {
  it("show connections, event loop and heap of each worker", async () => {
    const { manager, port } = await startSite(mode, 0);
    await using _manager = manager;
    await using _client = await connectLines(port);
    const isCounted = () => manager.figures[0]?.connections === 1;
    await expect.poll(isCounted, { timeout: 5_000 }).toBe(true);
    const [figures] = manager.figures;
    expect(figures).toMatchObject({ workerId: 0, accepted: 1, requests: 0, services: 1 });
    expect(figures?.eventLoopUtilization).toBeGreaterThanOrEqual(0);
    expect(figures?.eventLoopUtilization).toBeLessThanOrEqual(1);
    expect(figures?.eventLoopDelayMs.max).toBeGreaterThanOrEqual(figures?.eventLoopDelayMs.p99 ?? 0);
    expect(figures?.heapUsedBytes).toBeGreaterThan(1_000_000);
    expect(figures?.heapLimitBytes).toBeGreaterThan(figures?.heapUsedBytes ?? 0);
  });
});
