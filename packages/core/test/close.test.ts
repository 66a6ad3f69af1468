import { describe, expect, it } from "vitest";
import { CoreClosedError, createWorkerManager } from "../src/index.ts";
import { commandsFor } from "./commands.ts";
import { connectLines, isListening } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

const site = commandsFor("site");

async function startSite(mode: "threads" | "processes" | "inline") {
  const logger = recordingLogger();
  const manager = await createWorkerManager({ mode, runtime: { workerThreads: 1 }, logger });
  (await manager.dispatch(site.prepareAndCommit("first", "old"))).throwIfFailed();
  (await manager.dispatch(site.precommit("staged"))).throwIfFailed();
  logger.takeEvents();
  return { logger, manager, port: logger.portOf("old") };
}

describe.each(["threads", "processes", "inline"] as const)("closing a manager (%s)", (mode) => {
  it("closes listeners at once and lets connections finish", async () => {
    const { manager, logger, port } = await startSite(mode);
    const client = await connectLines(port);
    const closed = manager.close({ graceMs: 60_000 });
    await logger.waitFor(({ fields }) => fields["event"] === "closed old");
    expect(await isListening(port)).toBe(false);
    expect(await client.ask("still there")).toBe("first still there");
    await client[Symbol.asyncDispose]();
    await closed;
    expect(logger.takeEvents()).toEqual(["disposed staged", "closed old", "disposed first"]);
  });

  it("breaks connections that are still open when the time is over", async () => {
    const { manager, logger, port } = await startSite(mode);
    const client = await connectLines(port);
    await manager.close({ graceMs: 1 });
    await client.closed;
    expect(logger.takeEvents()).toEqual(["disposed staged", "closed old", "disposed first"]);
    const broken = logger.records.filter(({ message }) => message === "connection broken");
    expect(broken).toMatchObject([
      { level: "warn", fields: { err: { code: "ERR_GRACE_PERIOD_OVER", graceMs: 1 } } },
    ]);
  });

  it("ends at once when nothing is connected, however long the grace period", async () => {
    const { manager, logger } = await startSite(mode);
    await manager.close({ graceMs: 2 ** 40 });
    expect(logger.takeEvents()).toEqual(["disposed staged", "closed old", "disposed first"]);
    expect(await manager.stats()).toMatchObject([{ alive: false, sites: [], services: 0 }]);
  });

  it("happens once, whoever asks", async () => {
    const { manager } = await startSite(mode);
    const first = manager.close({ graceMs: 0 });
    expect(manager.close({ graceMs: 60_000 })).toBe(first);
    expect(manager[Symbol.asyncDispose]()).toBe(first);
    await first;
  });

  it("refuses commands from then on, also those that wait for their turn", async () => {
    const { manager } = await startSite(mode);
    const running = manager.dispatch(site.precommit("second"));
    const waiting = manager.dispatch(site.update());
    const refused = expect(waiting).rejects.toThrow(CoreClosedError);
    // Let the first one reach its worker before the stop signal follows.
    await Promise.resolve();
    const closed = manager.close({ graceMs: 0 });
    await expect(manager.dispatch(site.remove())).rejects.toThrow("the worker manager is closed");
    await refused;
    await Promise.allSettled([running]);
    await closed;
  });

  it("leaves no service of a command that was under way", async () => {
    const { manager, logger } = await startSite(mode);
    const source = `
      export const createService = (_, { logger }) => ({
        async make() {
          logger.info({ event: "making late" }, "making");
          await new Promise((resolve) => setTimeout(resolve, 20));
          return { call: async () => {}, [Symbol.asyncDispose]: async () => logger.info({ event: "disposed late" }, "x") };
        },
      });`;
    const service = { module: `data:text/javascript,${encodeURIComponent(source)}`, config: {} };
    const client = await connectLines(logger.portOf("old"));
    const running = manager.dispatch({ type: "precommit", site: "late", service });
    await logger.waitFor(({ fields }) => fields["event"] === "making late");
    const closed = manager.close({ graceMs: 60_000 });
    const group = await running;
    expect(group.error()).toBeInstanceOf(CoreClosedError);
    await logger.waitFor(({ fields }) => fields["event"] === "disposed late");
    await client[Symbol.asyncDispose]();
    await closed;
  });
});
