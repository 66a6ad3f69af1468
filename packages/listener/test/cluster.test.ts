import { existsSync, linkSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { SocketAddress } from "@monolake/streams";
import { startProgram, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { connectTo } from "./peers.ts";

const program = fileURLToPath(new URL("fixtures/cluster-program.ts", import.meta.url));

/** Processes of node:cluster that listen as core's workers in processes do. */
async function startProcesses(config: object, count: number) {
  const running = await startProgram(process.execPath, [
    "--conditions=@monolake/source",
    program,
    JSON.stringify(config),
    String(count),
  ]);
  const ready = Array.from({ length: count }, (_, id) =>
    running.waitForOutput(new RegExp(`{"id":${id},.*}`)),
  );
  const lines = (await Promise.all(ready)).map(([line]) => JSON.parse(line) as { message: SocketAddress });
  return { running, addresses: lines.map(({ message }) => message) };
}

async function answersOf(address: SocketAddress, count: number): Promise<string[]> {
  const answers: string[] = [];
  for (let asked = 0; asked < count; asked += 1) answers.push(await (await connectTo(address)).received);
  return answers;
}

describe("processes", () => {
  it("take turns at one port, also at port 0", async () => {
    const { running, addresses } = await startProcesses({ type: "socket", value: "127.0.0.1:0" }, 3);
    await using _ = running;
    expect(new Set(addresses.map((address) => JSON.stringify(address))).size).toBe(1);
    const answers = await answersOf(addresses[0] as SocketAddress, 12);
    for (const id of ["0", "1", "2"]) expect(answers.filter((answer) => answer === id)).toHaveLength(4);
  });

  it("take turns at one unix socket, whose stale file is replaced and whose own file does not stay", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("a.sock");
    // Left behind as a crash does: closed without its file being removed, which another name of it brings about.
    const stale = createServer().listen(folder.file("b.sock"));
    linkSync(folder.file("b.sock"), path);
    await new Promise((resolve) => stale.close(resolve));
    const { running, addresses } = await startProcesses({ type: "unix", value: path, mode: "0600" }, 2);
    await using _ = running;
    const answers = await answersOf(addresses[0] as SocketAddress, 8);
    expect(answers.filter((answer) => answer === "0")).toHaveLength(4);
    running.kill("SIGTERM");
    await running.exited;
    expect(existsSync(path)).toBe(false);
  });

  it("refuse a unix socket on which somebody else answers", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("a.sock");
    const other = createServer((socket) => socket.end()).listen(path);
    const running = await startProgram(process.execPath, [
      "--conditions=@monolake/source",
      program,
      JSON.stringify({ type: "unix", value: path }),
      "1",
    ]);
    await using _ = running;
    await running.waitForOutput(/ERR_LISTEN_ADDRESS_IN_USE/);
    other.close();
  });
});
