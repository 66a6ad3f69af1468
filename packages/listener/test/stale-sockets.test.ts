import { existsSync, linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type FileIdentity, identityOf, removeIfSame, removeStaleSocket } from "../src/unix-socket-file.ts";
import { connectTo } from "./peers.ts";

/** Leaves a socket behind on which nobody listens, as a process does that was killed. */
async function staleSocket(folder: TemporaryFolder, name: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(folder.file("bound.sock"), resolve));
  linkSync(folder.file("bound.sock"), folder.file(name));
  await new Promise((resolve) => server.close(resolve));
  return folder.file(name);
}

/** Its number and when it was made. */
function originOf(path: string): string {
  const { ino, birthtimeNs } = lstatSync(path, { bigint: true });
  return `${ino} ${birthtimeNs}`;
}

describe("a socket file on which nobody answers", () => {
  it("is removed", async () => {
    await using folder = await temporaryFolder();
    const path = await staleSocket(folder, "a.sock");
    await removeStaleSocket(path, identityOf(path));
    expect(existsSync(path)).toBe(false);
  });

  it("stays where it has taken the place of the one that was there before: its process is about to listen", async () => {
    await using folder = await temporaryFolder();
    const path = await staleSocket(folder, "a.sock");
    const before = identityOf(path);
    renameSync(await staleSocket(folder, "b.sock"), path);
    await removeStaleSocket(path, before);
    await removeStaleSocket(path, undefined);
    expect(existsSync(path)).toBe(true);
  });

  it("stays where it has taken the place of one that was there before and listens, and is not asked", async () => {
    await using folder = await temporaryFolder();
    const path = await staleSocket(folder, "a.sock");
    const before = identityOf(path);
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(folder.file("b.sock"), resolve));
    renameSync(folder.file("b.sock"), path);
    await removeStaleSocket(path, before);
    // They are accepted in the order in which they came.
    await (await connectTo({ type: "unix", path })).received;
    expect(connections).toBe(1);
    await expect(removeStaleSocket(path, identityOf(path))).rejects.toThrow("somebody answers");
    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

it("a file that got the number of one that was removed is another one", async (test) => {
  await using folder = await temporaryFolder();
  const path = await staleSocket(folder, "a.sock");
  const before = identityOf(path) as FileIdentity;
  const origin = originOf(path);
  const untilMs = Date.now() + 5_000;
  // The clock of a file system goes in steps.
  do {
    unlinkSync(path);
    await staleSocket(folder, "a.sock");
  } while (originOf(path) === origin && Date.now() < untilMs);
  if (originOf(path) === origin) return test.skip("this file system keeps no times of birth");
  removeIfSame(path, before);
  expect(existsSync(path)).toBe(true);
});
