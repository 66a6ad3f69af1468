import { isDeepStrictEqual } from "node:util";
import { createTextSource, type ReloadOutcome } from "@monolake/config";
import {
  freePort,
  type HttpUpstream,
  rawClient,
  startHttpUpstream,
  temporaryFolder,
} from "@monolake/test-kit";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { runProxy } from "../../src/run/run-proxy.ts";
import { answerAt, configText, local, type ServerText } from "./cli.ts";
import { type Addresses, startTraffic } from "./traffic.ts";

const saying = (text: string): Promise<HttpUpstream> =>
  startHttpUpstream((_request, response) => {
    response.setHeader("Content-Length", text.length);
    response.end(text);
  });

/** A proxy of two servers, of which tests change the first; traffic goes to both all the time. */
async function scene(type: "threads" | "processes") {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const one = stack.use(await saying("one"));
  const two = stack.use(await saying("two"));
  const kept = stack.use(await saying("kept"));
  const [p, q, other] = [await freePort(), await freePort(), await freePort()];
  const textOf = (...servers: ServerText[]) =>
    `${configText({ key: "other", listen: other, upstream: kept.origin }, ...servers)}`.replace(
      "[runtime]\n",
      `[runtime]\nworker_type = "${type}"\n`,
    );
  const web: ServerText = { key: "web", listen: p, upstream: one.origin };
  const source = createTextSource(textOf(web), "test.toml");
  const lines: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const proxy = stack.use(await runProxy(source, { logger, logLevel: "info", graceMs: 0 }));
  /**
   * Changes the configuration under traffic; gives the outcome, and what became of the traffic. Where a listening socket
   * closes there are no new connections at that moment: the system resets those that wait in it.
   */
  const change = async (
    next: string | ServerText[],
    addresses: Addresses,
    { newConnections = 2 }: { newConnections?: number } = {},
  ) => {
    const steady = startTraffic([local(other)], { keepAlive: 1, newConnections: 0 });
    const moved = startTraffic(addresses, { newConnections });
    await Promise.all([steady.answered(50), moved.answered(50)]);
    const connections = kept.connections;
    source.set(typeof next === "string" ? next : textOf(...next));
    const outcome = await proxy.reload();
    await Promise.all([steady.answered(50), moved.answered(100)]);
    const rest = await steady.end();
    expect(rest.failures).toEqual([]);
    // The server that did not change keeps its connections to upstreams.
    if (addresses.every((address) => !isDeepStrictEqual(address, local(other))))
      expect(kept.connections).toBe(connections);
    const result = await moved.end();
    expect(result.failures).toEqual([]);
    return { outcome, bodies: [...result.bodies] };
  };
  return {
    folder,
    one,
    two,
    p,
    q,
    other,
    web,
    textOf,
    change,
    proxy,
    source,
    lines,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const applied = (changes: Partial<Extract<ReloadOutcome, { type: "applied" }>>) => ({
  type: "applied",
  ...changes,
});

describe.each(["threads", "processes"] as const)(
  "under traffic (%s), without a failed request,",
  { timeout: 60_000 },
  (type) => {
    it("a server is added", async () => {
      await using at = await scene(type);
      const added = { key: "added", listen: at.q, upstream: at.two.origin };
      const { outcome } = await at.change([at.web, added], [local(at.p)]);
      expect(outcome).toMatchObject(applied({ added: ["added"], changed: [], removed: [] }));
      expect(await answerAt(local(at.q))).toMatch(/two$/);
    });

    it("a server is removed, whose clients go elsewhere", async () => {
      await using at = await scene(type);
      const { outcome, bodies } = await at.change([], [local(at.p), local(at.other)], { newConnections: 0 });
      expect(outcome).toMatchObject(applied({ removed: ["web"] }));
      expect(bodies).toEqual(["one", "kept"]);
    });

    it("a server is renamed", async () => {
      await using at = await scene(type);
      await using idle = await rawClient(local(at.p));
      const ask = async () => {
        await idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        return await idle.readUntil("one");
      };
      await ask();
      const { outcome } = await at.change([{ ...at.web, key: "renamed" }], [local(at.p)]);
      expect(outcome).toMatchObject(
        applied({ added: ["renamed"], removed: ["web"], renamed: [{ from: "web", to: "renamed" }] }),
      );
      // Connections that were idle go on, too.
      expect(await ask()).not.toMatch(/connection: close/i);
    });

    it("a listener moves to another port", async () => {
      await using at = await scene(type);
      const { outcome } = await at.change([{ ...at.web, listen: at.q }], [local(at.p), local(at.q)], {
        newConnections: 0,
      });
      expect(outcome).toMatchObject(applied({ changed: ["web"] }));
    });

    it("a listener's options change at the same address", async () => {
      await using at = await scene(type);
      const { outcome } = await at.change(
        [{ ...at.web, more: "limits = { max_connections = 500 }" }],
        [local(at.p)],
      );
      expect(outcome).toMatchObject(applied({ changed: ["web"] }));
    });

    it("a listener moves from TCP to a unix socket, and back", async () => {
      await using at = await scene(type);
      const path = at.folder.file("web.sock");
      const onUnix = { ...at.web, listen: path };
      const there = await at.change([onUnix], [local(at.p), { path }], { newConnections: 0 });
      expect(there.outcome).toMatchObject(applied({ changed: ["web"] }));
      const back = await at.change([at.web], [{ path }, local(at.p)], { newConnections: 0 });
      expect(back.outcome).toMatchObject(applied({ changed: ["web"] }));
    });

    it("its routes change, and connections to upstreams stay", async () => {
      await using at = await scene(type);
      const more = at.textOf(at.web).concat(`[[servers.web.routes]]
path = "/more"
upstreams = [{ endpoint = { type = "uri", value = "${at.one.origin}" } }]
`);
      const { outcome } = await at.change(more, [local(at.p)]);
      expect(outcome).toMatchObject(applied({ changed: ["web"] }));
      // 6 clients on 2 workers, before and after.
      expect(at.one.connections).toBeLessThanOrEqual(12);
    });

    it("its upstreams change", async () => {
      await using at = await scene(type);
      const { outcome, bodies } = await at.change([{ ...at.web, upstream: at.two.origin }], [local(at.p)]);
      expect(outcome).toMatchObject(applied({ changed: ["web"] }));
      expect(bodies.sort()).toEqual(["one", "two"]);
    });

    it("its upstreams change, and old connections are drained where that is asked for", async () => {
      await using at = await scene(type);
      const text = at
        .textOf({ ...at.web, upstream: at.two.origin })
        .replace("[runtime]\n", "[runtime]\ndrain_on_reload = true\n");
      const { outcome } = await at.change(text, [local(at.p)]);
      expect(outcome).toMatchObject(applied({ changed: ["web"] }));
      const after = startTraffic([local(at.p)]);
      await after.answered(20);
      expect([...(await after.end()).bodies]).toEqual(["two"]);
    });

    it("a busy port changes nothing", async () => {
      await using at = await scene(type);
      const { outcome, bodies } = await at.change(
        [{ ...at.web, listen: at.two.port, upstream: at.two.origin }],
        [local(at.p)],
      );
      expect(outcome).toMatchObject({
        type: "refused",
        error: { code: "ERR_RELOAD_FAILED", step: "commit" },
      });
      expect(bodies).toEqual(["one"]);
    });

    it("workers are added, replaced and removed", async () => {
      await using at = await scene(type);
      const changed = async (from: string, to: string) => {
        const count = () => at.lines.filter((line) => line.includes("workers are as [runtime] says")).length;
        const before = count();
        const kept = startTraffic([local(at.p)], { keepAlive: 4, newConnections: 0 });
        await kept.answered(20);
        at.source.set(at.textOf(at.web).replace(from, to));
        await at.proxy.reload();
        await expect.poll(count, { timeout: 30_000 }).toBe(before + 1);
        await kept.answered(20);
        expect((await kept.end()).failures).toEqual([]);
      };
      await changed("worker_threads = 2", "worker_threads = 3");
      await changed("worker_threads = 2", "worker_threads = 3\nworker_heap_mib = 256");
      await changed("worker_threads = 2", "worker_threads = 1\nworker_heap_mib = 256");
      expect(at.proxy.manager.config).toMatchObject({ workerThreads: 1, heapLimitMebibytes: 256 });
    });

    it("two reloads at once are done one after the other, and the last content wins", async () => {
      await using at = await scene(type);
      const traffic = startTraffic([local(at.p)]);
      await traffic.answered(20);
      at.source.set(at.textOf({ ...at.web, upstream: at.two.origin }));
      const first = at.proxy.reload();
      at.source.set(at.textOf({ ...at.web, upstream: at.one.origin, more: "debug = true" }));
      const second = at.proxy.reload();
      expect((await Promise.all([first, second])).map((outcome) => outcome.type)).not.toContain("refused");
      expect(await answerAt(local(at.p))).toMatch(/X-Monolake-Config-Version[\s\S]*one$/);
      await traffic.answered(20);
      expect((await traffic.end()).failures).toEqual([]);
    });
  },
);
