import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SocketAddress } from "@monolake/streams";
import { describe, expect, it } from "vitest";
import { type Client, connectTo } from "./peers.ts";

type Message =
  | { type: "listening"; address: SocketAddress }
  | { type: "log"; level: string; fields: Record<string, unknown>; message: string }
  | { type: "done"; request: string; bytes: number; cpu: NodeJS.CpuUsage };

/** A listening process with few descriptors, and what it says. */
class LimitedProcess implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly child: ChildProcess;
  #wake = () => {};

  constructor(maxDescriptors: number) {
    const script = fileURLToPath(new URL("fixtures/exhausted-process.ts", import.meta.url));
    const node = [process.execPath, "--conditions=@monolake/source", script];
    this.child = spawn("sh", ["-c", `ulimit -n ${maxDescriptors}; exec "$0" "$@"`, ...node], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child.on("message", (message: Message) => {
      this.messages.push(message);
      this.#wake();
    });
  }

  /** The first message from `from` on that is of a type and fits. */
  async find<Type extends Message["type"]>(
    type: Type,
    fits: (message: Extract<Message, { type: Type }>) => boolean = () => true,
    from = 0,
  ): Promise<Extract<Message, { type: Type }>> {
    for (;;) {
      for (const message of this.messages.slice(from)) {
        const candidate = message as Extract<Message, { type: Type }>;
        if (message.type === type && fits(candidate)) return candidate;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async address(): Promise<SocketAddress> {
    return (await this.find("listening")).address;
  }

  async logged(pattern: RegExp): Promise<void> {
    await this.find("log", ({ message }) => pattern.test(message));
  }

  ask(request: string) {
    const from = this.messages.length;
    this.child.send(request);
    return this.find("done", (message) => message.request === request, from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await new Promise((resolve) => this.child.once("exit", resolve));
  }
}

async function connectMany(address: SocketAddress, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => connectTo(address)));
}

const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

describe.skipIf(process.platform === "win32")("a process that runs out of descriptors", () => {
  it("closes new connections while it still has some, says so once, and recovers", async () => {
    await using limited = new LimitedProcess(80);
    const address = await limited.address();
    const clients = await connectMany(address, 100);
    await limited.logged(/about to run out of file descriptors/);
    expect((await limited.ask("read")).bytes).toBeGreaterThan(0);
    const closed = clients.filter((client) => client.socket.closed || client.socket.destroyed);
    for (const client of clients) client.socket.destroy();
    await limited.logged(/no new connections had to be closed/);
    const warnings = limited.messages.filter((message) => message.type === "log" && message.level === "warn");
    expect(warnings).toHaveLength(1);
    expect(closed.length).toBeLessThan(100);
    const [again] = await connectMany(address, 1);
    await limited.ask("read");
    expect(again?.socket.readyState).toBe("open");
    again?.socket.destroy();
  });

  it("stops to listen when there is none left, and listens again when there is", async () => {
    await using limited = new LimitedProcess(80);
    const address = await limited.address();
    await limited.ask("hold");
    await limited.logged(/stopped accepting for a while/);
    await expect(connectTo(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await limited.ask("release");
    await limited.logged(/accepting again/);
    const [client] = await connectMany(address, 1);
    await limited.ask("read");
    expect(client?.socket.readyState).toBe("open");
    client?.socket.destroy();
  });

  it("never turns in a loop because it cannot accept", async ({ skip }) => {
    await using limited = new LimitedProcess(200);
    const address = await limited.address();
    const limitTo = (count: number) =>
      execFileSync("sh", ["-c", `prlimit --pid ${limited.child.pid} --nofile=${count}:200`]);
    try {
      // Below what it has open: not even the descriptor helps that libuv keeps for such times.
      limitTo(3);
    } catch {
      skip("prlimit (util-linux) is missing or may not be used");
    }
    const [client] = await connectMany(address, 1);
    await limited.logged(/stopped accepting for a while/);
    const before = (await limited.ask("hold")).cpu;
    // Long enough for the second pause, which tries in vain.
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 600));
    const after = (await limited.ask("hold")).cpu;
    expect(cpuMs(after) - cpuMs(before)).toBeLessThan((performance.now() - started) / 4);
    limitTo(200);
    await limited.logged(/accepting again/);
    const [again] = await connectMany(address, 1);
    await limited.ask("read");
    expect(again?.socket.readyState).toBe("open");
    client?.socket.destroy();
    again?.socket.destroy();
  });
});
