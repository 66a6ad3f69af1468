import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createWorkerManager } from "../src/index.ts";
import { commandsFor } from "./commands.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startSite(mode: "threads" | "processes" | "inline") {
  const logger = recordingLogger();
  const manager = await createWorkerManager({ mode, runtime: { workerThreads: 1 }, logger, graceMs: 0 });
  (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
  const dispatch = async (...commands: Parameters<typeof manager.dispatch>[0][]) => {
    for (const command of commands) (await manager.dispatch(command)).throwIfFailed();
  };
  const services = async () => (await manager.stats())[0]?.services;
  const connections = async () => (await manager.stats())[0]?.connections;
  logger.takeEvents();
  return { logger, manager, dispatch, services, connections, port: logger.portOf("old") };
}

describe.each(["threads", "processes", "inline"] as const)("connections in flight (%s)", (mode) => {
  it("keep the service they were accepted with when another takes its place", async () => {
    const { manager, dispatch, services, connections, logger, port } = await startSite(mode);
    await using _ = manager;
    const early = await connectLines(port);
    await dispatch(site.precommit("second"), site.update());
    await using late = await connectLines(port);

    expect(late.label).toBe("second");
    expect(await early.ask("still there")).toBe("first still there");
    expect(logger.takeEvents()).toEqual(["made second from first"]);
    expect(await services()).toBe(2);
    expect(await connections()).toBe(2);

    await early[Symbol.asyncDispose]();
    await eventually(async () => (await services()) === 1);
    expect(logger.takeEvents()).toEqual(["disposed first"]);
  });

  it("go on when a commit opens another listener in place of theirs", async () => {
    const { manager, dispatch, services, logger, port } = await startSite(mode);
    await using _ = manager;
    const early = await connectLines(port);
    await dispatch(site.precommit("second"), site.commit("new"));

    expect(await early.ask("still there")).toBe("first still there");
    await using late = await connectLines(logger.portOf("new"));
    expect(late.label).toBe("second");
    expect(logger.takeEvents()).toEqual(["made second from first", "listening new", "closed old"]);

    await early[Symbol.asyncDispose]();
    await eventually(async () => (await services()) === 1);
    expect(logger.takeEvents()).toEqual(["disposed first"]);
  });

  it("go on when their site is removed, and their service is disposed after the last of them", async () => {
    const { manager, dispatch, services, connections, logger, port } = await startSite(mode);
    await using _ = manager;
    const one = await connectLines(port);
    const other = await connectLines(port);
    await dispatch(site.remove());

    expect(await one.ask("still there")).toBe("first still there");
    await one[Symbol.asyncDispose]();
    expect(await other.ask("still there")).toBe("first still there");
    expect(logger.takeEvents()).toEqual(["closed old"]);
    expect(await services()).toBe(1);

    await other[Symbol.asyncDispose]();
    await eventually(async () => (await services()) === 0);
    expect(logger.takeEvents()).toEqual(["disposed first"]);
    expect(await connections()).toBe(0);
  });

  it("leave nothing behind after many updates", async () => {
    const { manager, dispatch, services, port } = await startSite(mode);
    await using _ = manager;
    for (let round = 0; round < 20; round += 1) {
      await using client = await connectLines(port);
      await dispatch(site.precommit(`round ${round}`), site.update());
      expect(await client.ask("x")).toMatch(round === 0 ? "first x" : `round ${round - 1} x`);
    }
    await eventually(async () => (await services()) === 1);
  });
});
