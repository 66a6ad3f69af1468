import {
  freePort,
  type HttpUpstream,
  rawClient,
  startHttpUpstream,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { answerAt, configText, keepAliveClient, local, startFollowing } from "./cli.ts";

const saying = (text: string): Promise<HttpUpstream> =>
  startHttpUpstream((_request, response) => {
    response.setHeader("Content-Length", text.length);
    response.end(text);
  });

const applied = /"msg":"configuration applied"/;
const refused = /"msg":"configuration refused/;

/** What most tests need: a folder, two upstreams and two ports. */
async function scene() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const one = stack.use(await saying("one"));
  const two = stack.use(await saying("two"));
  const [p, q] = [await freePort(), await freePort()];
  return {
    folder,
    one,
    two,
    p,
    q,
    file: folder.file("monolake.toml"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("a change of the file", () => {
  it("is in force for new connections; those of before keep their service until they close", async () => {
    await using at = await scene();
    const { one, two, p } = at;
    const text = configText({ listen: p, upstream: one.origin });
    await using proxy = await startFollowing(at.file, text);
    await using early = await keepAliveClient(local(p));
    expect(await early.get()).toMatch(/one$/);
    const line = await proxy.change(configText({ listen: p, upstream: two.origin }), applied);
    expect(line).toMatchObject({
      level: 30,
      version: 2,
      added: [],
      changed: ["web"],
      removed: [],
      unchanged: 0,
    });
    expect(await answerAt(local(p))).toMatch(/two$/);
    expect(await early.get()).toMatch(/one$/);
  });

  it("moves a listener to another port, and ends old connections politely", async () => {
    await using at = await scene();
    const { one, p, q } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    await using early = await keepAliveClient(local(p));
    await early.get();
    await proxy.change(configText({ listen: q, upstream: one.origin }), applied);
    expect(await proxy.nextLine(/"msg":"serving"/)).toMatchObject({
      server: "web",
      listener: `127.0.0.1:${q}`,
      version: 2,
    });
    expect(await answerAt(local(q))).toMatch(/one$/);
    await expect(rawClient(local(p))).rejects.toThrow("ECONNREFUSED");
    expect(await early.readToEnd()).toBe("");
  });

  it("adds and removes servers, also on unix sockets, and leaves the others alone", async () => {
    await using at = await scene();
    const { one, two, p, q } = at;
    const path = at.folder.file("web.sock");
    const web = { listen: p, upstream: one.origin, more: "debug = true" };
    const other = { key: "other", listen: q, upstream: two.origin };
    const unix = { key: "unix", listen: path, upstream: two.origin, more: "debug = true" };
    await using proxy = await startFollowing(at.file, configText(web, other));
    const line = await proxy.change(configText(web, unix), applied);
    expect(line).toMatchObject({ added: ["unix"], changed: [], removed: ["other"], unchanged: 1 });
    await expect(rawClient(local(q))).rejects.toThrow("ECONNREFUSED");
    expect(await answerAt({ path })).toMatch(/\r\nX-Monolake-Config-Version: 2\r\n[\s\S]*two$/);
    expect(await answerAt(local(p))).toMatch(/\r\nX-Monolake-Config-Version: 1\r\n[\s\S]*one$/);
    await proxy.change(configText(web), applied);
    await expect(rawClient({ path })).rejects.toThrow("ENOENT");
  });

  it("moves a server from TCP to a unix socket and back, and renames it", async () => {
    await using at = await scene();
    const { one, p } = at;
    const path = at.folder.file("web.sock");
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    await proxy.change(configText({ listen: path, upstream: one.origin }), applied);
    expect(await answerAt({ path })).toMatch(/one$/);
    const renamed = await proxy.change(configText({ key: "b", listen: path, upstream: one.origin }), applied);
    expect(renamed).toMatchObject({ added: ["b"], removed: ["web"] });
    expect(await answerAt({ path })).toMatch(/one$/);
    await proxy.change(configText({ key: "b", listen: p, upstream: one.origin }), applied);
    expect(await answerAt(local(p))).toMatch(/one$/);
    await expect(rawClient({ path })).rejects.toThrow("ENOENT");
  });

  it("keeps the connections to upstreams, and whose turn it is, when a server is renamed", async () => {
    await using at = await scene();
    const { one, two, p } = at;
    const textOf = (key: string) =>
      configText({ key, listen: p, upstream: one.origin })
        .replace("worker_threads = 2", "worker_threads = 1")
        .replace(
          "}]\n",
          `}, { endpoint = { type = "uri", value = "${two.origin}" } }]\nload_balancer = "round_robin"\n`,
        );
    await using proxy = await startFollowing(at.file, textOf("web"));
    const answers = async (count: number) => {
      const bodies: string[] = [];
      for (let asked = 0; asked < count; asked += 1) bodies.push((await answerAt(local(p))).slice(-3));
      return bodies;
    };
    expect(await answers(3)).toEqual(["one", "two", "one"]);
    const renamed = await proxy.change(textOf("b"), applied);
    expect(renamed).toMatchObject({ added: ["b"], removed: ["web"], renamed: ["web to b"] });
    expect(await answers(3)).toEqual(["two", "one", "two"]);
    expect([one.connections, two.connections]).toEqual([1, 1]);
  });

  it("changes options of a listener at the same address", async () => {
    await using at = await scene();
    const { one, p } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    const more = "limits = { max_connections = 1 }";
    await proxy.change(configText({ listen: p, upstream: one.origin, more }), applied);
    expect(await answerAt(local(p))).toMatch(/one$/);
  });

  it("of [runtime] adds and removes workers, or replaces them; another type of worker waits for the next start", async () => {
    await using at = await scene();
    const text = configText({ listen: at.p, upstream: at.one.origin });
    const runtime = (settings: string) => text.replace("worker_threads = 2", settings);
    const done = /"msg":"workers are as/;
    await using proxy = await startFollowing(at.file, text);
    expect(await proxy.change(runtime("worker_threads = 4"), done)).toMatchObject({ level: 30, workers: 4 });
    expect(await proxy.change(runtime("worker_threads = 1"), done)).toMatchObject({ workers: 1 });
    const heap = await proxy.change(runtime("worker_threads = 1\nworker_heap_mib = 128"), done);
    expect(heap).toMatchObject({ runtime: { workerHeapMebibytes: 128 } });
    const line = await proxy.change(runtime('worker_type = "processes"'), /worker_type takes effect/);
    expect(line).toMatchObject({ level: 40, running: "threads", configured: "processes" });
    expect(await answerAt(local(at.p))).toMatch(/one$/);
  });
});

describe("a change that cannot be served", () => {
  it("is refused with line and column, and the old one serves on", async () => {
    await using at = await scene();
    const { one, two, p } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    const broken = configText({ listen: p, upstream: two.origin, more: "debugg = true" });
    const line = await proxy.change(broken, refused);
    const problem = `${at.file}:8:1: servers.web.debugg: unknown key "debugg", did you mean "debug"?`;
    expect(line).toMatchObject({ level: 50, version: 1, code: "ERR_CONFIG_INVALID", problems: [problem] });
    expect(line["msg"]).toBe(`configuration refused, version 1 serves on: ${problem}`);
    expect(await answerAt(local(p))).toMatch(/one$/);
    expect(await proxy.change(broken.replace("debugg", "debug"), applied)).toMatchObject({ version: 2 });
    expect(await answerAt(local(p))).toMatch(/two$/);
  });

  it("changes nothing when a port is busy", async () => {
    await using at = await scene();
    const { one, two, p, q } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    const text = configText(
      { listen: p, upstream: two.origin },
      { key: "second", listen: q, upstream: two.origin },
      { key: "third", listen: two.port, upstream: two.origin },
    );
    const line = await proxy.change(text, refused);
    expect(line["msg"]).toMatch(/the listener of third cannot be opened: .*127\.0\.0\.1:\d+/);
    expect(await answerAt(local(p))).toMatch(/one$/);
    await expect(rawClient(local(q))).rejects.toThrow("ECONNREFUSED");
    const moved = await proxy.change(configText({ listen: two.port, upstream: two.origin }), refused);
    expect(moved["msg"]).toMatch(/the listener of web cannot be opened/);
    expect(await answerAt(local(p))).toMatch(/one$/);
  });

  it("is refused with the reason once, and without a stack, when a server cannot be made", async () => {
    await using at = await scene();
    await using proxy = await startFollowing(at.file, configText({ listen: at.p, upstream: at.one.origin }));
    const path = at.folder.file("missing/access.log");
    const more = `access_log = { path = "${path}" }`;
    const line = await proxy.change(configText({ listen: at.p, upstream: at.one.origin, more }), refused);
    const reason = `access log ${path} cannot be opened: ENOENT: no such file or directory`;
    expect(line).toEqual({
      ...{ level: 50, time: expect.anything(), version: 1 },
      ...{ code: "ERR_RELOAD_FAILED", step: "precommit", site: "web" },
      msg: `configuration refused, version 1 serves on: the service of web cannot be made: ${reason}`,
    });
  });

  it("is refused when the system will not have both sockets at one address", async () => {
    await using at = await scene();
    const { one, two, p } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    const text = configText({ listen: p, upstream: two.origin }).replace(
      `${p}" }`,
      `${p}", reuse_port = false }`,
    );
    expect((await proxy.change(text, refused))["msg"]).toMatch(
      /the listener of web cannot be opened: .*in use/,
    );
    expect(await answerAt(local(p))).toMatch(/one$/);
  });
});

describe("SIGHUP", () => {
  it("reads the file again at once", async () => {
    await using at = await scene();
    const { one, two, p } = at;
    await using proxy = await startFollowing(at.file, configText({ listen: p, upstream: one.origin }));
    proxy.program.kill("SIGHUP");
    expect(await proxy.nextLine(/"msg":"configuration unchanged"/)).toMatchObject({ version: 1 });
    const busy = configText(
      { listen: p, upstream: one.origin },
      { key: "b", listen: at.q, upstream: two.origin },
    );
    const text = busy.replace(`${at.q}`, `${two.port}`);
    await proxy.change(text, refused);
    proxy.program.kill("SIGHUP");
    expect((await proxy.nextLine(refused))["version"]).toBe(1);
    await two[Symbol.asyncDispose]();
    proxy.program.kill("SIGHUP");
    expect(await proxy.nextLine(applied)).toMatchObject({ version: 2, added: ["b"] });
  });
});
