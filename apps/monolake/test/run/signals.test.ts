import { readFile } from "node:fs/promises";
import {
  eventually,
  freePort,
  portAccepts,
  startHttpUpstream,
  startProgram,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { answerAt, configText, keepAliveClient, local, main, monolake, startFollowing } from "./cli.ts";

/** A proxy with a request under way that its upstream does not answer before it is told to. */
async function busyProxy() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const arrived = Promise.withResolvers<() => void>();
  const upstream = stack.use(
    await startHttpUpstream((_request, response) => arrived.resolve(() => response.end("finished"))),
  );
  const port = await freePort();
  const text = configText({ listen: port, upstream: upstream.origin });
  const proxy = stack.use(await startFollowing(folder.file("monolake.toml"), text));
  const client = stack.use(await keepAliveClient(local(port)));
  void client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const finish = await arrived.promise;
  return { ...proxy, client, finish, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("%s", (signal, codeOfTheSecond) => {
  it("lets a request finish and exits with 0", async () => {
    await using proxy = await busyProxy();
    proxy.program.kill(signal);
    expect(await proxy.nextLine(/"msg":"closing"/)).toMatchObject({ signal });
    proxy.finish();
    expect(await proxy.client.readToEnd()).toMatch(/finished/);
    expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
    await proxy.nextLine(/"msg":"closed"/);
  });

  it("exits at once when it comes a second time", async () => {
    await using proxy = await busyProxy();
    proxy.program.kill(signal);
    await proxy.nextLine(/"msg":"closing"/);
    proxy.program.kill(signal);
    expect(await proxy.program.exited).toEqual({ code: codeOfTheSecond, signal: null });
  });
});

describe("SIGUSR1", () => {
  it.each(["threads", "processes"])("opens no debugger, with %s as workers", async (workerType) => {
    await using folder = await temporaryFolder();
    await using upstream = await startHttpUpstream((_request, response) => response.end("served"));
    const port = await freePort();
    const text = configText({ listen: port, upstream: upstream.origin });
    await using proxy = await startFollowing(
      folder.file("monolake.toml"),
      text.replace("[runtime]", `[runtime]\nworker_type = "${workerType}"`),
    );
    const { pid } = proxy.program;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean)) process.kill(Number(child), "SIGUSR1");
    proxy.program.kill("SIGUSR1");
    expect(await answerAt(local(port))).toMatch(/served/);
    proxy.program.kill("SIGTERM");
    expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
    expect(proxy.program.stderr).toBe("");
  });
});

describe("the log", () => {
  it("neither ends the proxy nor keeps it from ending when its disk is full", async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const text = configText({ listen: port, upstream: "http://127.0.0.1:9" });
    const file = await folder.write("monolake.toml", text);
    const command = 'exec "$0" --conditions=@monolake/source "$1" --config "$2" >/dev/full';
    await using program = await startProgram("/bin/sh", ["-c", command, process.execPath, main, file]);
    // There is no log to wait for: a connection that comes while it starts may be reset.
    await eventually(async () => /502 Bad Gateway/.test(await answerAt(local(port)).catch(String)));
    program.kill("SIGTERM");
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stderr).toBe("");
  });

  it("keeps the proxy from ending for a moment only when nobody reads it", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const text = configText({ listen: port, upstream: "http://127.0.0.1:9" });
    const file = await folder.write("monolake.toml", text);
    const command = `mkfifo "$3"; sleep 30 <"$3" >/dev/null 2>&1 & exec "$0" --conditions=@monolake/source "$1" --config "$2" >"$3"`;
    const parameters = [process.execPath, main, file, folder.file("pipe")];
    await using program = await startProgram("/bin/sh", ["-c", command, ...parameters]);
    await eventually(() => portAccepts(port), { timeoutMs: 30_000 });
    // Each request is a line, and all of them are more than a pipe takes.
    const client = await keepAliveClient(local(port));
    for (let asked = 0; asked < 500; asked += 1) await client.get();
    const startMs = performance.now();
    program.kill("SIGTERM");
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it("has what the level lets through", async () => {
    await using folder = await temporaryFolder();
    const text = configText({ listen: await freePort(), upstream: "http://127.0.0.1:9" });
    const file = await folder.write("monolake.toml", text);
    const env = { MONOLAKE_LOG: "warn" };
    await using quiet = await monolake(["--config", file, "--log-level", "info"], {
      env,
      readyPattern: /"msg":"ready"/,
    });
    quiet.kill("SIGTERM");
    await quiet.exited;
    await using silent = await monolake(["-c", file, "--log-level", "fatal"]);
    await using wrong = await monolake(["-c", file], { env: { MONOLAKE_LOG: "loud" } });
    expect((await wrong.exited).code).toBe(1);
    expect(wrong.stderr).toContain("unknown log level loud");
    expect(silent.stdout).toBe("");
  });
});
