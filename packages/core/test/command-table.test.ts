import { eventually } from "@monolake/test-kit";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createWorkerManager, type ServiceCommand, type WorkerManager } from "../src/index.ts";
import { commandsFor } from "./commands.ts";
import { connectLines, isListening } from "./line-client.ts";
import { type RecordingLogger, recordingLogger } from "./recording-logger.ts";

type Commands = ReturnType<typeof commandsFor>;

/** What a site holds. `serving` is the committed service and its listener; the staged one is always called "staged". */
interface SiteState {
  readonly staged: boolean;
  readonly serving?: readonly [label: string, listener: string];
}

interface Cell {
  readonly outcome: "ok" | `ERR_${string}`;
  /** What factories, listeners and services report, in order. */
  readonly events: readonly string[];
  /** `unknown` when there is no such site. */
  readonly after: SiteState | "unknown";
}

/** The five states, and how a site comes into them. */
const states = {
  unknown: { holds: "unknown", commands: () => [] },
  empty: { holds: { staged: false }, commands: (site: Commands) => [site.precommit("staged"), site.abort()] },
  staged: { holds: { staged: true }, commands: (site: Commands) => [site.precommit("staged")] },
  committed: {
    holds: { staged: false, serving: ["first", "old"] },
    commands: (site: Commands) => [site.prepareAndCommit("first", "old")],
  },
  "staged and committed": {
    holds: { staged: true, serving: ["first", "old"] },
    commands: (site: Commands) => [site.prepareAndCommit("first", "old"), site.precommit("staged")],
  },
} as const satisfies Record<
  string,
  { readonly holds: SiteState | "unknown"; readonly commands: (site: Commands) => ServiceCommand[] }
>;
type StateName = keyof typeof states;

const same = (state: StateName, outcome: Cell["outcome"], ...events: string[]): Cell => ({
  outcome,
  events,
  after: states[state].holds,
});
const ok = (after: Cell["after"], ...events: string[]): Cell => ({ outcome: "ok", events, after });
const firstOnOld = ["first", "old"] as const;
const stagedOnNew = { staged: false, serving: ["staged", "new"] } as const;
const nextOnNew = { staged: false, serving: ["next", "new"] } as const;
const closedOld = ["closed old", "disposed first"];

/** The table: for each command, what becomes of it in each state. */
const table: Record<
  string,
  { readonly command: (site: Commands) => ServiceCommand; readonly cells: Record<StateName, Cell> }
> = {
  precommit: {
    command: (site) => site.precommit("next"),
    cells: {
      unknown: ok({ staged: true }, "made next from nothing"),
      empty: ok({ staged: true }, "made next from nothing"),
      staged: ok({ staged: true }, "made next from nothing", "disposed staged"),
      committed: ok({ staged: true, serving: firstOnOld }, "made next from first"),
      "staged and committed": ok(
        { staged: true, serving: firstOnOld },
        "made next from first",
        "disposed staged",
      ),
    },
  },
  "precommit with a failing factory": {
    command: (site) => site.precommit("next", [0]),
    cells: {
      unknown: same("unknown", "ERR_BUILD_SERVICE"),
      empty: same("empty", "ERR_BUILD_SERVICE"),
      staged: same("staged", "ERR_BUILD_SERVICE"),
      committed: same("committed", "ERR_BUILD_SERVICE"),
      "staged and committed": same("staged and committed", "ERR_BUILD_SERVICE"),
    },
  },
  update: {
    command: (site) => site.update(),
    cells: {
      unknown: same("unknown", "ERR_SITE_NOT_EXIST"),
      empty: same("empty", "ERR_PREVIOUS_HANDLER_NOT_EXIST"),
      staged: same("staged", "ERR_PREVIOUS_HANDLER_NOT_EXIST"),
      committed: same("committed", "ERR_PREPARATION_NOT_EXIST"),
      "staged and committed": ok({ staged: false, serving: ["staged", "old"] }, "disposed first"),
    },
  },
  commit: {
    command: (site) => site.commit("new"),
    cells: {
      unknown: same("unknown", "ERR_SITE_NOT_EXIST", "listening new", "closed new"),
      empty: same("empty", "ERR_PREPARATION_NOT_EXIST", "listening new", "closed new"),
      staged: ok(stagedOnNew, "listening new"),
      committed: same("committed", "ERR_PREPARATION_NOT_EXIST", "listening new", "closed new"),
      "staged and committed": ok(stagedOnNew, "listening new", ...closedOld),
    },
  },
  "commit with a failing listener": {
    command: (site) => site.commit("new", [0]),
    cells: {
      unknown: same("unknown", "ERR_BUILD_LISTENER"),
      empty: same("empty", "ERR_BUILD_LISTENER"),
      staged: same("staged", "ERR_BUILD_LISTENER"),
      committed: same("committed", "ERR_BUILD_LISTENER"),
      "staged and committed": same("staged and committed", "ERR_BUILD_LISTENER"),
    },
  },
  "prepare-and-commit": {
    command: (site) => site.prepareAndCommit("next", "new"),
    cells: {
      unknown: ok(nextOnNew, "made next from nothing", "listening new"),
      empty: ok(nextOnNew, "made next from nothing", "listening new"),
      staged: ok(nextOnNew, "made next from nothing", "listening new", "disposed staged"),
      committed: ok(nextOnNew, "made next from nothing", "listening new", ...closedOld),
      "staged and committed": ok(
        nextOnNew,
        "made next from nothing",
        "listening new",
        "disposed staged",
        ...closedOld,
      ),
    },
  },
  "prepare-and-commit with a failing factory": {
    command: (site) => site.prepareAndCommit("next", "new", { service: [0] }),
    cells: {
      unknown: same("unknown", "ERR_BUILD_SERVICE"),
      empty: same("empty", "ERR_BUILD_SERVICE"),
      staged: same("staged", "ERR_BUILD_SERVICE"),
      committed: same("committed", "ERR_BUILD_SERVICE"),
      "staged and committed": same("staged and committed", "ERR_BUILD_SERVICE"),
    },
  },
  "prepare-and-commit with a failing listener": {
    command: (site) => site.prepareAndCommit("next", "new", { listener: [0] }),
    cells: {
      unknown: same("unknown", "ERR_BUILD_LISTENER", "made next from nothing", "disposed next"),
      empty: same("empty", "ERR_BUILD_LISTENER", "made next from nothing", "disposed next"),
      staged: same("staged", "ERR_BUILD_LISTENER", "made next from nothing", "disposed next"),
      committed: same("committed", "ERR_BUILD_LISTENER", "made next from nothing", "disposed next"),
      "staged and committed": same(
        "staged and committed",
        "ERR_BUILD_LISTENER",
        "made next from nothing",
        "disposed next",
      ),
    },
  },
  abort: {
    command: (site) => site.abort(),
    cells: {
      unknown: same("unknown", "ERR_SITE_NOT_EXIST"),
      empty: same("empty", "ok"),
      staged: ok({ staged: false }, "disposed staged"),
      committed: same("committed", "ok"),
      "staged and committed": ok({ staged: false, serving: firstOnOld }, "disposed staged"),
    },
  },
  remove: {
    command: (site) => site.remove(),
    cells: {
      unknown: same("unknown", "ERR_SITE_NOT_EXIST"),
      empty: ok("unknown"),
      staged: ok("unknown", "disposed staged"),
      committed: ok("unknown", ...closedOld),
      "staged and committed": ok("unknown", "disposed staged", ...closedOld),
    },
  },
};

describe.each(["threads", "processes", "inline"] as const)("the command table (%s)", (mode) => {
  let manager: WorkerManager;
  let logger: RecordingLogger;

  beforeAll(async () => {
    logger = recordingLogger();
    manager = await createWorkerManager({ mode, runtime: { workerThreads: 1 }, logger });
  });
  afterAll(() => manager.close({ graceMs: 0 }));

  describe.each(Object.entries(table))("%s", (row, { command, cells }) => {
    it.each(Object.entries(cells) as [StateName, Cell][])("of a site that is %s", async (state, cell) => {
      const name = `${row} / ${state}`;
      const site = commandsFor(name);
      // Counts are of the whole worker, so that each site leaves with its test.
      onTestFinished(async () => void (await manager.dispatch(site.remove())));
      for (const step of states[state].commands(site)) (await manager.dispatch(step)).throwIfFailed();
      logger.takeEvents();

      const error = (await manager.dispatch(command(site))).error();

      expect(error === undefined ? "ok" : (error as Error & { code?: string }).code).toBe(cell.outcome);
      expect(logger.takeEvents()).toEqual(cell.events);
      await expectSite(name, cell.after);
    });
  });

  async function expectSite(site: string, after: SiteState | "unknown"): Promise<void> {
    const expected = after === "unknown" ? undefined : { ...after };
    const services = expected === undefined ? 0 : Number(expected.staged) + (expected.serving ? 1 : 0);
    await eventually(async () => expect((await manager.stats())[0]?.services).toBe(services), {
      timeoutMs: 1_000,
    });
    const found = (await manager.stats())[0]?.sites.find((entry) => entry.site === site);
    if (expected === undefined) return expect(found).toBeUndefined();
    const { staged, serving } = expected;
    expect(found).toEqual({ site, staged, committed: serving !== undefined });
    if (serving === undefined) return;
    const [label, listener] = serving;
    await using client = await connectLines(logger.portOf(listener));
    expect(client.label).toBe(label);
    if (listener === "new" && site.endsWith("committed"))
      expect(await isListening(logger.portOf("old"))).toBe(false);
  }
});
