import { describe, expect, it } from "vitest";
import { createWorkerManager } from "../src/index.ts";
import { lineService, tcpListener } from "./commands.ts";
import { eventLog } from "./event-log.ts";
import { connectLines } from "./line-client.ts";
import { recordingLogger } from "./recording-logger.ts";

/** Processes that take turns at the port of each of these sites. */
async function startProcesses(workerThreads: number, sites: readonly string[]) {
  const logger = recordingLogger();
  const events = eventLog();
  const manager = await createWorkerManager({
    mode: "processes",
    runtime: { workerThreads },
    logger,
    onEvent: events.add,
    graceMs: 0,
    heartbeatTimeoutMs: 1_000,
  });
  for (const site of sites) {
    const service = lineService({ label: site });
    const listen = tcpListener({ name: site, shared: true });
    (await manager.dispatch({ type: "prepare-and-commit", site, service, listen })).throwIfFailed();
  }
  return { manager, events, ports: sites.map((site) => logger.portOf(site)) };
}

const greetings = (clients: readonly { readonly label: string }[]) => clients.map(({ label }) => label);

describe("connections handed to a process that dies before it takes them", () => {
  it("are served by the others, on every port", async () => {
    const { manager, events, ports } = await startProcesses(2, ["first", "second"]);
    await using _ = manager;
    const [first = 0, second = 0] = ports;
    const victim = await connectLines(first);
    expect(await victim.ask("spin")).toBe("spinning");
    const asked = [first, second, first, second, first, second].map((port) => connectLines(port));
    expect(await events.first("crashed")).toMatchObject({ reason: "unresponsive" });
    const clients = await Promise.all(asked);
    expect(greetings(clients)).toEqual(["first", "second", "first", "second", "first", "second"]);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it("are closed when there is nobody else", async () => {
    const { manager, ports } = await startProcesses(1, ["only"]);
    await using _ = manager;
    const [port = 0] = ports;
    const victim = await connectLines(port);
    expect(await victim.ask("spin")).toBe("spinning");
    await expect(connectLines(port)).rejects.toThrow("closed before its greeting");
    await victim.closed;
  });
});
