import { createTextSource } from "@monolake/config";
import {
  eventually,
  freePort,
  longestSilence,
  startHttpUpstream,
  type TestAddress,
  temporaryFolder,
} from "@monolake/test-kit";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { runProxy } from "../../src/run/run-proxy.ts";
import { configText, keepAliveClient, local } from "./cli.ts";
import { startTraffic } from "./traffic.ts";

/** Longer than workers take to load what the proxy is made of. */
const heartbeatTimeoutMs = 5_000;
const tickMs = heartbeatTimeoutMs / 20;
const message = "the service of web cannot be made: worker 1 did not give a sign of life for too long";

/** A proxy with two workers and one server, of which a reload adds a route to a module that loops. */
async function scene(type: "threads" | "processes", listen: number | string) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const upstream = stack.use(
    await startHttpUpstream((_request, response) => {
      response.setHeader("Content-Length", 4);
      response.end("kept");
    }),
  );
  const loops = await folder.write("loops.mjs", "for (;;);");
  const more = "limits = { max_requests_per_connection = 1000000 }";
  const path = typeof listen === "number" ? listen : folder.file(listen);
  const text = configText({ listen: path, upstream: upstream.origin, more }).replace(
    "[runtime]\n",
    `[runtime]\nworker_type = "${type}"\nheartbeat_timeout_sec = ${heartbeatTimeoutMs / 1_000}\n`,
  );
  const source = createTextSource(text, "test.toml");
  const lines: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const proxy = stack.use(await runProxy(source, { logger, logLevel: "info", graceMs: 0 }));
  const address: TestAddress = typeof path === "number" ? local(path) : { path };
  return {
    proxy,
    address,
    lines,
    reload(more: "" | "loops") {
      source.set(
        more === "" ? `${text}\n` : `${text}[[servers.web.routes]]\npath = "/own"\nmodule = "${loops}"\n`,
      );
      return proxy.reload();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("a reload with a module that loops", { timeout: 60_000 }, () => {
  it.each(["threads", "processes"] as const)("is refused; one worker of two serves on (%s)", async (type) => {
    await using at = await scene(type, await freePort());
    await using clients = new AsyncDisposableStack();
    const connected: Awaited<ReturnType<typeof keepAliveClient>>[] = [];
    const idleWorkers = async () =>
      (await at.proxy.manager.stats()).some(({ connections }) => connections === 0);
    while (await idleWorkers()) {
      const client = clients.use(await keepAliveClient(at.address));
      await client.get();
      connected.push(client);
    }
    const reloading = at.reload("loops");
    const silences = connected.map(({ get }) => longestSilence({ ask: get, until: reloading, tickMs }));
    // Those of the worker that loops are silent until it is ended, which breaks their connections.
    const silent = (await Promise.allSettled(silences)).map(
      (each) => each.status === "fulfilled" && each.value,
    );
    expect(silent.some((ticks) => ticks !== false && ticks < 10)).toBe(true);

    const outcome = await reloading;
    expect(outcome).toMatchObject({ type: "refused", error: { message } });
    expect(at.lines.join("")).toContain(`configuration refused, version 1 serves on: ${message}`);
    await eventually(() => at.lines.some((line) => line.includes('"msg":"a worker was replaced"')));
    expect(at.lines.filter((line) => line.includes('"msg":"a worker died"'))).toHaveLength(1);
    expect(await at.reload("")).toMatchObject({ type: "unchanged" });
    await using late = await keepAliveClient(at.address);
    expect(await late.get()).toMatch(/kept$/);
  });

  it("costs a unix socket not even a moment: the worker that accepts goes last", async () => {
    await using at = await scene("threads", "web.sock");
    const traffic = startTraffic([at.address], { keepAlive: 2, newConnections: 2 });
    await traffic.answered(50);
    const reloading = at.reload("loops");
    const ask = () => traffic.answered(1);
    expect(await longestSilence({ ask, until: reloading, tickMs })).toBeLessThan(10);
    expect(await reloading).toMatchObject({ type: "refused", error: { message } });
    expect((await traffic.end()).failures).toEqual([]);
  });
});
