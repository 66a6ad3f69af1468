import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { ResultGroup, WorkerDiedError } from "@monolake/core";
import { freePort } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { ConfigInvalidError, ReloadFailedError, type ReloadOutcome } from "../../src/index.ts";
import { type Dispatch, greetingAt, local, type SiteTable, settled, startKit } from "./reload-kit.ts";

const on = (port: number, label: string, more: Partial<SiteTable> = {}): SiteTable => ({
  label,
  listen: { port },
  ...more,
});

/** A port that somebody else listens on. */
async function occupy(port = 0): Promise<{ port: number } & AsyncDisposable> {
  const server: Server = createServer((socket) => socket.end("occupied v0\n"));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

const errorOf = (outcome: ReloadOutcome): Error => {
  if (outcome.type !== "refused") throw new Error(`the outcome is ${JSON.stringify(outcome)}`);
  return outcome.error;
};

describe.each(["threads", "inline"] as const)("a refused reload (%s)", (mode) => {
  it("names every problem of the text, touches nothing, and does not count as a version", async () => {
    const port = await freePort();
    await using kit = await startKit({ a: on(port, "one") }, { mode });
    kit.takeCommands();
    const error = errorOf(await kit.change(`{ "a": {\n  "lable": "two",\n  "listen": { "port": "x" } } }`));
    expect(error).toBeInstanceOf(ConfigInvalidError);
    expect(kit.takeCommands()).toEqual([]);
    const { level, fields, message } = kit.log.at(-1) ?? expect.unreachable();
    expect(level).toBe("error");
    expect(message).toMatch(/^configuration refused, version 1 serves on: sites\.json:\d+:\d+: /);
    expect(fields["problems"]).toContainEqual(
      expect.stringContaining('sites.json:2:3: a.lable: unknown key "lable"'),
    );
    expect(fields["problems"]).toContainEqual(expect.stringContaining("sites.json:3:"));
    expect(await kit.change({ a: on(port, "two") })).toMatchObject({ type: "applied", version: 2 });
  });

  it("drops what was staged everywhere when a service cannot be made in one worker", async () => {
    const [p, q] = [await freePort(), await freePort()];
    await using kit = await startKit({ a: on(p, "one") }, { mode });
    const before = await settled(kit.manager);
    kit.takeCommands();
    const outcome = await kit.change({
      a: on(p, "two"),
      b: on(q, "three"),
      c: on(q, "bad", { failingWorkers: [1] }),
    });
    const error = errorOf(outcome);
    expect(error).toBeInstanceOf(ReloadFailedError);
    expect(error).toMatchObject({ step: "precommit", site: "c", notRestored: [] });
    expect(error.message).toBe("the service of c cannot be made: factory of bad fails");
    expect(kit.takeCommands()).toEqual(["precommit b", "precommit c", "remove b"]);
    const again = await kit.change({ a: on(p, "two", { failingWorkers: [1] }) });
    expect(errorOf(again)).toMatchObject({ step: "precommit", site: "a" });
    expect(await settled(kit.manager)).toEqual(before);
    expect(await greetingAt(local(p))).toBe("one v1");
  });

  it("exchanges nothing when an added site finds its port busy", async () => {
    await using busy = await occupy();
    const [p, q] = [await freePort(), await freePort()];
    await using kit = await startKit({ a: on(p, "one") }, { mode });
    const before = await settled(kit.manager);
    kit.takeCommands();
    const error = errorOf(await kit.change({ a: on(p, "two"), b: on(q, "b"), c: on(busy.port, "c") }));
    expect(error).toMatchObject({ code: "ERR_RELOAD_FAILED", step: "commit", site: "c", notRestored: [] });
    expect(error.message).toMatch(/^the listener of c cannot be opened: .*EADDRINUSE/);
    expect(kit.takeCommands()).toEqual([
      ...["precommit b", "precommit c", "precommit a", "commit b", "commit c"],
      ...["abort a", "remove c", "remove b"],
    ]);
    expect(await settled(kit.manager)).toEqual(before);
    expect(await greetingAt(local(p))).toBe("one v1");
  });

  it("brings back a site that had moved already, with the service that it had", async () => {
    await using busy = await occupy();
    const [p, q, r] = [await freePort(), await freePort(), await freePort()];
    await using kit = await startKit({ a: on(p, "one"), b: on(q, "two") }, { mode });
    const before = await settled(kit.manager);
    const error = errorOf(await kit.change({ a: on(r, "new"), b: on(busy.port, "two") }));
    expect(error).toMatchObject({ step: "commit", site: "b", notRestored: [] });
    expect(await settled(kit.manager)).toEqual(before);
    expect(await greetingAt(local(p))).toBe("one v1 after new");
    expect(await greetingAt(local(q))).toBe("two v1");
    await expect(greetingAt(local(r))).rejects.toThrow("ECONNREFUSED");
  });
});

it("names a site that cannot be brought back, and the next reload mends it", async () => {
  await using busy = await occupy();
  const [p, q, r] = [await freePort(), await freePort(), await freePort()];
  let thief: AsyncDisposable | undefined;
  const stealPort: Dispatch = async (command, dispatch) => {
    const group = await dispatch(command);
    if (command.type === "commit" && command.site === "a" && kit !== undefined) thief ??= await occupy(p);
    return group;
  };
  const first = { a: on(p, "one"), b: on(q, "two") };
  let kit: Awaited<ReturnType<typeof startKit>> | undefined;
  kit = await startKit(first, { dispatch: stealPort });
  await using _ = kit;
  const error = errorOf(await kit.change({ a: on(r, "new"), b: on(busy.port, "two") }));
  expect(error).toMatchObject({ step: "commit", site: "b", notRestored: ["a"] });
  expect(error.message).toMatch(/; not restored: a$/);
  // It serves, as the refused configuration had it.
  expect(await greetingAt(local(r))).toBe("new v2 after one");

  await thief?.[Symbol.asyncDispose]();
  expect(await kit.change(`${JSON.stringify(first)} `)).toMatchObject({
    type: "applied",
    version: 2,
    changed: ["a"],
  });
  expect(await greetingAt(local(p))).toBe("one v2 after new");
  expect(await greetingAt(local(q))).toBe("two v1");
});

describe("a worker that dies", () => {
  it("while it makes a service: the reload is refused, the others serve on and take the next one", async () => {
    const port = await freePort();
    await using kit = await startKit({ a: on(port, "one") });
    const crashed: number[] = [];
    kit.manager.subscribe((event) => event.type === "crashed" && crashed.push(event.workerId));
    const error = errorOf(await kit.change({ a: on(port, "two", { dyingWorkers: [0, 1] }) }));
    expect(error).toMatchObject({ step: "precommit", site: "a", notRestored: [] });
    expect(error.cause).toBeInstanceOf(WorkerDiedError);
    expect(crashed).toEqual([1]);
    expect(await greetingAt(local(port))).toBe("one v1");
    expect(await kit.change({ a: on(port, "three") })).toMatchObject({ type: "applied", version: 2 });
    expect(await greetingAt(local(port))).toBe("three v2 after one");
  });

  it("by chance before an exchange: the living ones are asked again", async () => {
    const [p, q] = [await freePort(), await freePort()];
    const died = new Set<string>();
    const dieOnce: Dispatch = async (command, dispatch) => {
      const runsNoCode = command.type === "update" || command.type === "remove";
      if (!runsNoCode || died.has(command.type)) return dispatch(command);
      died.add(command.type);
      const error = new WorkerDiedError({ workerId: 1, exitCode: 1, reason: "exited" });
      return new ResultGroup([
        { workerId: 0, ok: true, value: "discarded" as const },
        { workerId: 1, ok: false, error },
      ]);
    };
    await using kit = await startKit({ a: on(p, "one"), b: on(q, "two") }, { dispatch: dieOnce });
    const outcome = await kit.change({ a: on(p, "new") });
    expect(outcome).toMatchObject({ type: "applied", changed: ["a"], removed: ["b"] });
    expect(died).toEqual(new Set(["update", "remove"]));
    expect(await greetingAt(local(p))).toBe("new v2 after one");
  });

  it("when it is the only one: the reload is refused, and the one in its place serves the old one and takes the next", async () => {
    const port = await freePort();
    await using kit = await startKit({ a: on(port, "one") }, { workers: 1 });
    const error = errorOf(await kit.change({ a: on(port, "two", { dyingWorkers: [0] }) }));
    expect(error.message).toMatch(/^the service of a cannot be made: worker 0 died/);
    expect(await kit.change({ a: on(port, "three") })).toMatchObject({ type: "applied", version: 2 });
    expect(await greetingAt(local(port))).toBe("three v2 after one");
  });
});

it("brings back the old service when a later exchange fails", async () => {
  const [p, q] = [await freePort(), await freePort()];
  const failUpdateOfB: Dispatch = async (command, dispatch) => {
    if (command.type !== "update" || command.site !== "b") return dispatch(command);
    return new ResultGroup([{ workerId: 0, ok: false, error: new Error("out of luck") }]);
  };
  await using kit = await startKit({ a: on(p, "one"), b: on(q, "two") }, { dispatch: failUpdateOfB });
  const before = await settled(kit.manager);
  const error = errorOf(await kit.change({ a: on(p, "new"), b: on(q, "newer") }));
  expect(error.message).toBe("update of b failed: out of luck");
  expect(await settled(kit.manager)).toEqual(before);
  expect(await greetingAt(local(p))).toBe("one v1 after new");
  expect(await greetingAt(local(q))).toBe("two v1");
});

it("is the outcome when the worker manager is closed", async () => {
  await using kit = await startKit({ a: on(await freePort(), "one") }, { mode: "inline" });
  await kit.manager.close();
  expect(errorOf(await kit.change({}))).toMatchObject({ step: "remove", notRestored: [] });
});
