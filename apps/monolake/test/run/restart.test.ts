import { freePort, rawClient, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { answerAt, configText, keepAliveClient, local, startFollowing } from "./cli.ts";
import { startTraffic } from "./traffic.ts";

/** A proxy, its file and its address; whatever process serves in the end is ended with the test. */
async function scene(listenOn: "tcp" | "unix", runtime = "") {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const upstream = stack.use(await startHttpUpstream((_request, response) => response.end("served")));
  const port = await freePort();
  const path = folder.file("web.sock");
  const address = listenOn === "tcp" ? local(port) : { path };
  const text = configText({ listen: listenOn === "tcp" ? port : path, upstream: upstream.origin }).replace(
    "[runtime]\n",
    `[runtime]\n${runtime}`,
  );
  const proxy = await startFollowing(folder.file("monolake.toml"), text);
  let pid = proxy.program.pid;
  stack.defer(async () => {
    // All that there ever were, in case a test ends in the middle. They share one output, which ends with the last of them.
    const successors = proxy.program.stdout.matchAll(/"pid":(\d+),"sockets"/g);
    for (const id of [proxy.program.pid, ...[...successors].map(([, text]) => Number(text))]) endProcess(id);
    await proxy.program.exited;
  });
  /** Has the process that serves start a successor, and waits until it has left. */
  const restart = async () => {
    process.kill(pid, "SIGUSR2");
    const ready = await proxy.nextLine(/"msg":"successor is ready"/);
    await proxy.nextLine(/"msg":"closed"/);
    pid = ready["pid"] as number;
  };
  return {
    proxy,
    folder,
    address,
    text,
    path,
    restart,
    pid: () => pid,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

const processes = 'worker_type = "processes"\n';

describe("SIGUSR2", { timeout: 60_000 }, () => {
  /** Three restarts under traffic: what failed of it. */
  async function restartThrice(runtime: string, newConnections: number): Promise<readonly string[]> {
    await using at = await scene("tcp", runtime);
    const before = at.pid();
    const traffic = startTraffic([at.address], { keepAlive: 4, newConnections });
    await traffic.answered(50);
    for (let times = 0; times < 3; times += 1) {
      await at.restart();
      await traffic.answered(50);
    }
    expect(at.pid()).not.toBe(before);
    return (await traffic.end()).failures;
  }

  it("puts new processes in the place of old ones without a failed request", async () => {
    expect(await restartThrice("", 8)).toEqual([]);
  });

  it("does so with worker processes, too, but for connections that were accepted and not handed over", async () => {
    // Node itself drops what its primary process has accepted and not given to a worker yet when it stops: a client that comes
    // back at that moment sees a reset, and asks again.
    const failures = await restartThrice(processes, 0);
    expect(failures.filter((failure) => !failure.includes("ECONNRESET"))).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(3 * 4);
  });

  it("hands over a unix socket of threads, whose file stays", async () => {
    await using at = await scene("unix");
    const traffic = startTraffic([at.address], { keepAlive: 2, newConnections: 0 });
    await traffic.answered(20);
    await at.restart();
    await traffic.answered(20);
    expect((await traffic.end()).failures).toEqual([]);
    expect(await answerAt(at.address)).toMatch(/served/);
    await at.restart();
    expect(await answerAt(at.address)).toMatch(/served/);
  });

  it("lets old connections finish, politely", async () => {
    await using at = await scene("tcp");
    await using early = await keepAliveClient(at.address);
    await early.get();
    await at.restart();
    expect(await early.readToEnd()).toBe("");
    await using late = await keepAliveClient(at.address);
    expect(await late.get()).toMatch(/served/);
  });

  it("takes a changed number of workers along", async () => {
    await using at = await scene("tcp");
    const more = at.text.replace("worker_threads = 2", "worker_threads = 3");
    await at.proxy.change(more, /"msg":"workers are as/);
    await at.restart();
    // Two of the three sockets are left over in the next process.
    const fewer = at.text.replace("worker_threads = 2", "worker_threads = 1");
    await at.proxy.change(fewer, /"msg":"workers are as/);
    await at.restart();
    for (let times = 0; times < 20; times += 1) expect(await answerAt(at.address)).toMatch(/served/);
  });

  it("changes nothing when the successor cannot serve", async () => {
    await using at = await scene("tcp");
    const before = at.pid();
    await at.proxy.change("[runtime\n", /"msg":"configuration refused/);
    process.kill(before, "SIGUSR2");
    const line = await at.proxy.nextLine(/"msg":"no successor could take over/);
    expect(line).toMatchObject({ level: 50, err: { message: "it ended with 1" } });
    await using client = await rawClient(at.address);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await client.readToEnd()).toMatch(/served/);
  });

  it("leaves no successor behind when SIGTERM comes before it serves", async () => {
    await using at = await scene("tcp");
    process.kill(at.pid(), "SIGUSR2");
    const { pid } = await at.proxy.nextLine(/"msg":"successor started"/);
    process.kill(at.pid(), "SIGTERM");
    await at.proxy.nextLine(/"msg":"the successor was ended, too"/);
    expect(await at.proxy.program.exited).toEqual({ code: 0, signal: null });
    expect(() => process.kill(pid as number, 0)).toThrow("ESRCH");
  });

  it("is refused for unix sockets of processes, with what to do instead", async () => {
    await using at = await scene("unix", processes);
    process.kill(at.pid(), "SIGUSR2");
    const line = await at.proxy.nextLine(/"msg":"no successor could take over/);
    expect(line).toMatchObject({ err: { message: expect.stringContaining("use socket activation") } });
    expect(await answerAt(at.address)).toMatch(/served/);
  });
});
