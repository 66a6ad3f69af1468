import { writeFile } from "node:fs/promises";
import { createWorkerManager } from "@monolake/core";
import { deferred, eventually, freePort, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  type ConfigProblem,
  ConfigReadError,
  type ConfigSource,
  createFileSource,
  createReloader,
  createTextSource,
  ReloaderClosedError,
  type ReloadOutcome,
  type SitesOutcome,
} from "../../src/index.ts";
import {
  type Dispatch,
  greetingAt,
  local,
  readSites,
  recordingLogger,
  settled,
  startKit,
} from "./reload-kit.ts";

const site = (port: number, label: string) => ({ a: { label, listen: { port } } });

/** Holds up the next precommit until it is let go. */
function gate() {
  const reached = deferred();
  const open = deferred();
  let closed = false;
  const dispatch: Dispatch = async (command, send) => {
    if (closed && command.type === "precommit") {
      closed = false;
      reached.resolve();
      await open.promise;
    }
    return send(command);
  };
  const close = () => {
    closed = true;
  };
  return { dispatch, close, reached: reached.promise, open: () => open.resolve() };
}

describe("changes while a reload runs", () => {
  it("wait for it, and only the last one is applied", async () => {
    const port = await freePort();
    const { dispatch, close, reached, open } = gate();
    await using kit = await startKit(site(port, "one"), { mode: "inline", dispatch });
    close();
    const second = kit.change(site(port, "two"));
    await reached;
    const last = kit.change(site(port, "three"));
    kit.source.set(JSON.stringify(site(port, "four")));
    const asked = kit.reloader.reload();
    kit.source.set(JSON.stringify(site(port, "five")));
    open();
    expect(await second).toMatchObject({ type: "applied", version: 2 });
    expect(await last).toMatchObject({ type: "applied", version: 3 });
    expect(await asked).toEqual(await last);
    expect(await greetingAt(local(port))).toBe("five v3 after two");
  });

  it("are one reload for all who ask", async () => {
    const port = await freePort();
    const { dispatch, close, reached, open } = gate();
    await using kit = await startKit(site(port, "one"), { mode: "inline", dispatch });
    close();
    const first = kit.change(site(port, "two"));
    await reached;
    const asked = [kit.reloader.reload(), kit.reloader.reload()];
    open();
    await first;
    expect(await Promise.all(asked)).toEqual(Array(2).fill({ type: "unchanged", version: 2 }));
    expect(kit.log.map(({ message }) => message)).toHaveLength(3);
  });
});

describe("a reload that is asked for", () => {
  it("reads the source, and tries again what was refused", async () => {
    const port = await freePort();
    let refuse = true;
    const source = createTextSource(JSON.stringify(site(port, "one")));
    await using manager = await createWorkerManager({ mode: "inline", graceMs: 0 });
    const read = (config: Parameters<typeof readSites>[0]): SitesOutcome => {
      if (refuse && config.files[0].text.includes("two")) throw new RangeError("not today");
      return readSites(config);
    };
    const outcomes: ReloadOutcome[] = [];
    const refused = deferred();
    const onOutcome = (outcome: ReloadOutcome) => {
      outcomes.push(outcome);
      if (outcome.type === "refused") refused.resolve();
    };
    await using reloader = await createReloader({ manager, source, read, onOutcome });
    source.set(JSON.stringify(site(port, "two")));
    await refused.promise;
    expect(outcomes.at(-1)).toMatchObject({ type: "refused", error: new RangeError("not today") });
    refuse = false;
    expect(await reloader.reload()).toMatchObject({ type: "applied", version: 2 });
    expect(await reloader.reload()).toEqual({ type: "unchanged", version: 2 });
  });
});

describe("the start", () => {
  it("fails with the error of the first configuration and leaves nothing in the workers", async () => {
    await using manager = await createWorkerManager({ runtime: { workerThreads: 2 }, graceMs: 0 });
    const logger = recordingLogger();
    const port = await freePort();
    const bad = { b: { label: "bad", failingWorkers: [0], listen: { port } } };
    const source = createTextSource(JSON.stringify({ ...site(port, "one"), ...bad }));
    await expect(createReloader({ manager, source, read: readSites, logger })).rejects.toMatchObject({
      code: "ERR_RELOAD_FAILED",
      site: "b",
    });
    expect(await settled(manager)).toEqual(Array(2).fill({ alive: true, sites: [] }));
    expect(logger.records).toEqual([]);
    const wrong = createTextSource("{ wrong }", "wrong.json");
    await expect(createReloader({ manager, source: wrong, read: readSites })).rejects.toMatchObject({
      code: "ERR_CONFIG_INVALID",
    });
  });

  it("takes a configuration without any site", async () => {
    await using kit = await startKit({}, { mode: "inline" });
    expect(kit.reloader.version).toBe(1);
  });
});

describe("a source", () => {
  it("may be a file: it is followed, also while it cannot be read", async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const file = await folder.write("sites.json", JSON.stringify(site(port, "one")));
    await using manager = await createWorkerManager({ mode: "inline", graceMs: 0 });
    const outcomes: ReloadOutcome[] = [];
    const onOutcome = (outcome: ReloadOutcome) => void outcomes.push(outcome);
    const source = createFileSource(file, { settleMs: 5 });
    await using reloader = await createReloader({ manager, source, read: readSites, onOutcome });
    await writeFile(file, Buffer.from([0xff]));
    await eventually(() => outcomes.some((o) => o.type === "refused" && o.error instanceof ConfigReadError));
    await writeFile(file, JSON.stringify(site(port, "two")));
    await eventually(() => outcomes.at(-1)?.type === "applied");
    expect(reloader.version).toBe(2);
  });

  it("whose watch fails is an error in the log, and reloads can still be asked for", async () => {
    await using manager = await createWorkerManager({ mode: "inline", graceMs: 0 });
    const logger = recordingLogger();
    const source: ConfigSource = {
      load: async () => ({ files: [{ text: "{}", file: "x" }], revision: "1" }),
      watch: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("gone")) }),
      }),
    };
    await using reloader = await createReloader({ manager, source, read: readSites, logger });
    await eventually(
      () => logger.records.at(-1)?.message === "changes of the configuration are no longer seen",
    );
    expect(await reloader.reload()).toEqual({ type: "unchanged", version: 1 });
  });
});

describe("warnings", () => {
  const warning = (line: number, message: string, path: ConfigProblem["path"] = ["a", 0]): ConfigProblem => ({
    ...({ type: "notice", severity: "warning", message, path } as const),
    position: { file: "x.toml", line, column: 5, offset: 20, length: 1 },
    excerpt: { text: "", start: 0, length: 0 },
  });

  /** What is told when the configurations have these warnings, one list for each reload. */
  async function toldOf(...loads: (readonly ConfigProblem[] | "refused")[]) {
    await using manager = await createWorkerManager({ mode: "inline", graceMs: 0 });
    const logger = recordingLogger();
    const read = (): SitesOutcome => {
      const warnings = loads.shift();
      return warnings === undefined || warnings === "refused"
        ? { type: "invalid", problems: [] }
        : { type: "valid", sites: new Map(), warnings };
    };
    await using reloader = await createReloader({ manager, source: createTextSource(""), read, logger });
    while (loads.length > 0) await reloader.reload();
    return logger.records.filter(({ level }) => level === "warn");
  }

  it("are logged with their place", async () => {
    expect(await toldOf([warning(3, "odd")])).toEqual([
      { level: "warn", fields: { file: "x.toml", line: 3, column: 5 }, message: "x.toml:3:5: a[0]: odd" },
    ]);
  });

  it("are told once, and again only where the configuration in between did not have them", async () => {
    const [odd, moved, other] = [warning(3, "odd"), warning(9, "odd"), warning(3, "other")];
    const messages = async (...loads: Parameters<typeof toldOf>) =>
      (await toldOf(...loads)).map(({ message }) => message.replace("x.toml:", ""));
    expect(await messages([odd], [odd], [moved])).toEqual(["3:5: a[0]: odd"]);
    expect(await messages([odd], "refused", [odd])).toEqual(["3:5: a[0]: odd"]);
    expect(await messages([odd], [odd, other], [other])).toEqual(["3:5: a[0]: odd", "3:5: a[0]: other"]);
    expect(await messages([odd], [], [odd])).toEqual(["3:5: a[0]: odd", "3:5: a[0]: odd"]);
    const [first, second] = [warning(3, "old", []), warning(4, "old", [])];
    expect(await messages([first], [first, second])).toEqual(["3:5: old", "4:5: old"]);
  });
});

it("survives a callback that throws", async () => {
  await using manager = await createWorkerManager({ mode: "inline", graceMs: 0 });
  const logger = recordingLogger();
  const onOutcome = () => {
    throw new Error("mine");
  };
  const source = createTextSource("{}");
  await using reloader = await createReloader({ manager, source, read: readSites, logger, onOutcome });
  expect(await reloader.reload()).toMatchObject({ type: "unchanged" });
  expect(logger.records.at(-1)).toMatchObject({ level: "error", fields: { err: new Error("mine") } });
});

describe("closing", () => {
  it("waits for the reload that is under way, refuses the rest, and leaves the sites alone", async () => {
    const port = await freePort();
    const { dispatch, close, reached, open } = gate();
    await using kit = await startKit(site(port, "one"), { mode: "inline", dispatch });
    close();
    const running = kit.change(site(port, "two"));
    await reached;
    const waiting = kit.reloader.reload();
    const closed = kit.reloader.close();
    open();
    await closed;
    expect(await running).toMatchObject({ type: "applied", version: 2 });
    expect(await waiting).toEqual({ type: "refused", error: expect.any(ReloaderClosedError) });
    expect(await kit.reloader.reload()).toEqual({ type: "refused", error: expect.any(ReloaderClosedError) });
    expect(kit.log.filter(({ level }) => level === "error")).toEqual([]);
    expect(await greetingAt(local(port))).toBe("two v2 after one");
  });
});

it("leaves no timer, handle, service or listener behind in 200 reloads", async () => {
  await using folder = await temporaryFolder();
  const [p, q] = [await freePort(), await freePort()];
  const file = await folder.write("sites.json", JSON.stringify(site(p, "start")));
  await using manager = await createWorkerManager({
    mode: "inline",
    runtime: { workerThreads: 2 },
    graceMs: 0,
  });
  // Requests come and go; what must not grow in number lasts.
  const resources = () =>
    process
      .getActiveResourcesInfo()
      .filter((name) => !/Req|Timeout/.test(name))
      .toSorted();
  // The test runner has a few timers of its own, which it starts when it likes.
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const runnersTimers = 3;
  const source = createFileSource(file, { settleMs: 3_600_000, pollMs: 3_600_000 });
  {
    await using reloader = await createReloader({ manager, source, read: readSites });
    const sites = await settled(manager);
    await eventually(() => expect(resources()).toContain("FSEventWrap"));
    // The source's first look at the file, which might see the first change as well, is over.
    await eventually(() => expect(process.getActiveResourcesInfo()).not.toContain("FSReqPromise"));
    const before = resources();
    const timersBefore = timers();
    for (let count = 1; count <= 200; count += 1) {
      const extra = count % 3 === 0 ? { b: { label: "b", listen: { port: q } } } : {};
      const bad = count % 7 === 0 ? { c: { label: "c", failingWorkers: [1], listen: { port: q } } } : {};
      const listen = { port: count % 2 === 0 ? p : q, backlog: 10 + count };
      await writeFile(file, JSON.stringify({ a: { label: `${count}`, listen }, ...extra, ...bad }));
      expect((await reloader.reload()).type).toBe(count % 7 === 0 ? "refused" : "applied");
    }
    await writeFile(file, JSON.stringify(site(p, "start")));
    expect(await reloader.reload()).toMatchObject({ type: "applied" });
    expect(await settled(manager)).toEqual(sites);
    await eventually(() => expect(resources()).toEqual(before));
    await eventually(() => expect(timers()).toBeLessThanOrEqual(timersBefore + runnersTimers));
  }
  await manager.close();
  await eventually(() => expect(resources().filter((name) => /TCP|FSEvent/.test(name))).toEqual([]));
});
