import { freePort, rawClient, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { greetingAt, local, type SiteTable, settled, startKit } from "./reload-kit.ts";

/** Addresses that a case may use. */
interface Places {
  readonly p: number;
  readonly q: number;
  readonly r: number;
  readonly path: string;
}

interface Case {
  readonly what: string;
  readonly before: (places: Places) => Record<string, SiteTable>;
  readonly after: (places: Places) => Record<string, SiteTable>;
  readonly outcome: Record<"added" | "changed" | "removed" | "unchanged", string[]> & {
    readonly renamed: { from: string; to: string }[];
  };
  readonly commands: string[];
  /** What answers where afterwards; null: nobody. */
  readonly greetings: (places: Places) => [address: number | string, greeting: string | null][];
}

const on = (port: number, label: string, backlog?: number): SiteTable => ({
  label,
  listen: { port, ...(backlog !== undefined && { backlog }) },
});
const onPath = (path: string, label: string, backlog?: number): SiteTable => ({
  label,
  listen: { path, ...(backlog !== undefined && { backlog }) },
});
const nothing = { added: [], changed: [], removed: [], unchanged: [], renamed: [] };
const oneAtP = ({ p }: Places) => ({ a: on(p, "one") });

const cases: Case[] = [
  {
    what: "an added site",
    before: oneAtP,
    after: ({ p, q }) => ({ a: on(p, "one"), b: on(q, "two") }),
    outcome: { ...nothing, added: ["b"], unchanged: ["a"] },
    commands: ["precommit b", "commit b"],
    greetings: ({ p, q }) => [
      [p, "one v1"],
      [q, "two v2"],
    ],
  },
  {
    what: "a removed site",
    before: ({ p, q }) => ({ a: on(p, "one"), b: on(q, "two") }),
    after: oneAtP,
    outcome: { ...nothing, removed: ["b"], unchanged: ["a"] },
    commands: ["remove b"],
    greetings: ({ p, q }) => [
      [p, "one v1"],
      [q, null],
    ],
  },
  {
    what: "renamed sites, whose services follow the ones before",
    before: ({ p, q, path }) => ({ a: on(p, "one"), c: onPath(path, "three"), gone: on(q, "four") }),
    after: ({ p, r, path }) => ({ d: onPath(path, "three"), b: on(p, "two"), new: on(r, "four") }),
    outcome: {
      ...nothing,
      added: ["d", "b", "new"],
      removed: ["a", "c", "gone"],
      renamed: [
        { from: "c", to: "d" },
        { from: "a", to: "b" },
      ],
    },
    commands: [
      ...["precommit d", "precommit b", "precommit new", "commit d", "commit b", "commit new"],
      ...["remove a", "remove c", "remove gone"],
    ],
    greetings: ({ p, q, r, path }) => [
      [p, "two v2 after one"],
      [path, "three v2 after three"],
      [q, null],
      [r, "four v2"],
    ],
  },
  {
    what: "a changed service",
    before: ({ p, q }) => ({ a: on(p, "one"), b: on(q, "two") }),
    after: ({ p, q }) => ({ a: on(p, "new"), b: on(q, "two") }),
    outcome: { ...nothing, changed: ["a"], unchanged: ["b"] },
    commands: ["precommit a", "update a"],
    greetings: ({ p, q }) => [
      [p, "new v2 after one"],
      [q, "two v1"],
    ],
  },
  {
    what: "a changed port",
    before: oneAtP,
    after: ({ q }) => ({ a: on(q, "one") }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ p, q }) => [
      [p, null],
      [q, "one v2 after one"],
    ],
  },
  {
    what: "changed options of a listener",
    before: oneAtP,
    after: ({ p }) => ({ a: on(p, "one", 9) }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ p }) => [[p, "one v2 after one"]],
  },
  {
    what: "service and options changed at one port",
    before: oneAtP,
    after: ({ p }) => ({ a: on(p, "new", 9) }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ p }) => [[p, "new v2 after one"]],
  },
  {
    what: "a move from TCP to a unix socket",
    before: oneAtP,
    after: ({ path }) => ({ a: onPath(path, "one") }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ p, path }) => [
      [p, null],
      [path, "one v2 after one"],
    ],
  },
  {
    what: "a move from a unix socket to TCP",
    before: ({ path }) => ({ a: onPath(path, "one") }),
    after: ({ p }) => ({ a: on(p, "new") }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ p }) => [[p, "new v2 after one"]],
  },
  {
    what: "changed options of a unix socket",
    before: ({ path }) => ({ a: onPath(path, "one") }),
    after: ({ path }) => ({ a: onPath(path, "one", 9) }),
    outcome: { ...nothing, changed: ["a"] },
    commands: ["precommit a", "commit a"],
    greetings: ({ path }) => [[path, "one v2 after one"]],
  },
  {
    what: "two sites that change places",
    before: ({ p, q }) => ({ a: on(p, "one"), b: on(q, "two") }),
    after: ({ p, q }) => ({ a: on(q, "one"), b: on(p, "two") }),
    outcome: { ...nothing, changed: ["a", "b"] },
    commands: ["precommit a", "precommit b", "commit a", "commit b"],
    greetings: ({ p, q }) => [
      [q, "one v2 after one"],
      [p, "two v2 after two"],
    ],
  },
  {
    what: "everything at once, openings before exchanges before removals",
    before: ({ p, q, r }) => ({ gone: on(p, "gone"), moved: on(q, "moved"), same: on(r, "same") }),
    after: ({ p, q, r, path }) => ({
      same: on(r, "changed"),
      moved: onPath(path, "moved"),
      added: on(q, "added"),
      second: on(p, "second"),
    }),
    outcome: {
      ...{ added: ["added", "second"], changed: ["same", "moved"], removed: ["gone"], unchanged: [] },
      renamed: [{ from: "gone", to: "second" }],
    },
    commands: [
      ...["precommit added", "precommit second", "precommit same", "precommit moved"],
      ...["commit added", "commit second", "commit moved", "update same", "remove gone"],
    ],
    greetings: ({ p, q, r, path }) => [
      [p, "second v2 after gone"],
      [q, "added v2"],
      [r, "changed v2 after same"],
      [path, "moved v2 after moved"],
    ],
  },
];

describe.each(["threads", "inline"] as const)("a reload (%s)", (mode) => {
  it.each(cases)("applies $what", async ({ before, after, outcome, commands, greetings }) => {
    await using folder = await temporaryFolder();
    const [p, q, r] = [await freePort(), await freePort(), await freePort()];
    const places: Places = { p, q, r, path: folder.file("s") };
    const reloaded = await (async () => {
      await using kit = await startKit(before(places), { mode });
      kit.takeCommands();
      expect(await kit.change(after(places))).toEqual({ type: "applied", version: 2, ...outcome });
      expect(kit.takeCommands()).toEqual(commands);
      for (const [address, greeting] of greetings(places)) {
        const at = typeof address === "number" ? local(address) : { path: address };
        if (greeting === null) await expect(rawClient(at)).rejects.toThrow("ECONNREFUSED");
        else expect(await greetingAt(at)).toBe(greeting);
      }
      return await settled(kit.manager);
    })();
    await using fresh = await startKit(after(places), { mode });
    expect(reloaded).toEqual(await settled(fresh.manager));
  });

  it("sends no command when nothing changed, and keeps the version", async () => {
    const port = await freePort();
    await using kit = await startKit({ a: on(port, "one") }, { mode });
    kit.takeCommands();
    expect(await kit.change(`{ "a": { "listen": { "port": ${port} }, "label": "one" } }`)).toEqual({
      type: "unchanged",
      version: 1,
    });
    expect(kit.takeCommands()).toEqual([]);
    expect(kit.log.map(({ message }) => message)).toEqual([
      "configuration applied",
      "configuration unchanged",
    ]);
  });

  it("leaves connections with the service that took them", async () => {
    const port = await freePort();
    await using kit = await startKit({ a: on(port, "one") }, { mode });
    await using early = await rawClient(local(port));
    await early.readUntil("one v1\n");
    await kit.change({ a: on(port, "two") });
    await kit.change({ a: on(await freePort(), "three") });
    await kit.change({});
    await early.write("still there?\n");
    expect(await early.readUntil("?\n")).toBe("one still there?\n");
  });
});

it("counts versions from 1 and tells what happened in the log", async () => {
  const [p, q] = [await freePort(), await freePort()];
  await using kit = await startKit({ a: on(p, "one") });
  expect(kit.reloader.version).toBe(1);
  await kit.change({ a: on(p, "two"), b: on(q, "three") });
  await kit.change({ b: on(q, "three") });
  expect(kit.reloader.version).toBe(3);
  expect(kit.log.map(({ level, fields, message }) => ({ level, message, ...fields }))).toEqual([
    {
      level: "info",
      message: "configuration applied",
      version: 1,
      added: ["a"],
      changed: [],
      removed: [],
      unchanged: 0,
    },
    {
      level: "info",
      message: "configuration applied",
      version: 2,
      added: ["b"],
      changed: ["a"],
      removed: [],
      unchanged: 0,
    },
    {
      level: "info",
      message: "configuration applied",
      version: 3,
      added: [],
      changed: [],
      removed: ["a"],
      unchanged: 1,
    },
  ]);
  expect(await greetingAt(local(q))).toBe("three v2");
});
