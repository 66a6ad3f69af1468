import { fileURLToPath } from "node:url";
import {
  freePort,
  rawClient,
  skipWithout,
  startHttpUpstream,
  startProgram,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it, type TestContext } from "vitest";
import { answerAt, configText, local } from "./cli.ts";

const manager = fileURLToPath(new URL("service_manager.py", import.meta.url));
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The proxy under a service manager of the test's own, which holds its listening socket. */
async function activated(test: TestContext, workerType: string) {
  skipWithout(test, "python3", "systemd-notify");
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const upstream = stack.use(await startHttpUpstream((_request, response) => response.end("served")));
  const port = await freePort();
  const text = configText({ listen: port, upstream: upstream.origin }).replace(
    "[runtime]\n",
    `[runtime]\nworker_type = "${workerType}"\n`,
  );
  const file = await folder.write("monolake.toml", text);
  const command = [process.execPath, "--conditions=@monolake/source", main, "--config", file];
  const program = stack.use(
    await startProgram("python3", [manager, String(port), folder.file("notify.sock"), ...command]),
  );
  return { program, port, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("under a service manager", { timeout: 60_000 }, () => {
  it("serves the socket that it is given, says when it is ready and when it stops, and exits with 0", async (test) => {
    await using at = await activated(test, "processes");
    await at.program.waitForOutput(/notified READY=1/);
    expect(await answerAt(local(at.port))).toMatch(/served/);
    at.program.kill("SIGTERM");
    await at.program.waitForOutput(/notified STOPPING=1/);
    expect(await at.program.exited).toEqual({ code: 0, signal: null });
  });

  it("is started anew without a refused request, as the socket never closes", async (test) => {
    await using at = await activated(test, "processes");
    await at.program.waitForOutput(/notified READY=1/);
    at.program.kill("SIGUSR1");
    await at.program.waitForOutput(/ended 0/);
    // Nobody serves now; the answers come from the next process.
    const waiting = Array.from({ length: 20 }, async () => {
      await using client = await rawClient(local(at.port));
      await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      return await client.readToEnd({ timeoutMs: 40_000 });
    });
    for (const answer of await Promise.all(waiting)) expect(answer).toMatch(/served/);
  });

  it("refuses to share one socket among threads", async (test) => {
    await using at = await activated(test, "threads");
    await at.program.waitForOutput(/socket activation needs runtime\.worker_type = "processes"/);
  });
});
