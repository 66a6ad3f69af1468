import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { listen } from "../src/index.ts";
import { answer, connectTo, nextOf } from "./peers.ts";

const unix = (path: string) => ({ type: "unix", value: path }) as const;

/** Leaves a socket file behind on which nobody listens, as a process does that was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen(path);
  await once(server, "listening");
  linkSync(path, `${path}.kept`);
  server.close();
  linkSync(`${path}.kept`, path);
  unlinkSync(`${path}.kept`);
}

describe("a unix listener", () => {
  it("accepts, and leaves no file behind", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    const listener = await listen(unix(path));
    expect(listener.address).toEqual({ type: "unix", path });
    expect(readdirSync(directory.path)).toEqual(["a.sock"]);
    using client = await connectTo(listener.address);
    answer(await nextOf(listener[Symbol.asyncIterator]()), "hello");
    expect(await client.received).toBe("hello");
    await listener.close();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it("gives the file its mode before anybody can connect", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    await using _listener = await listen({ ...unix(path), mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("removes a stale socket", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    await leaveStaleSocket(path);
    expect(existsSync(path)).toBe(true);
    await using listener = await listen(unix(path));
    using client = await connectTo(listener.address);
    answer(await nextOf(listener[Symbol.asyncIterator]()), "fresh");
    expect(await client.received).toBe("fresh");
  });

  it("does not touch a socket on which somebody answers", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    await using listener = await listen(unix(path));
    await expect(listen(unix(path))).rejects.toMatchObject({
      code: "ERR_LISTEN_ADDRESS_IN_USE",
      message: `cannot listen on unix:${path}: it is in use (somebody answers on that path)`,
    });
    using client = await connectTo(listener.address);
    // The first one is the question whether somebody is there.
    const iterator = listener[Symbol.asyncIterator]();
    (await nextOf(iterator)).destroy();
    answer(await nextOf(iterator), "mine");
    expect(await client.received).toBe("mine");
  });

  it("never removes what is no socket", async () => {
    await using directory = await temporaryFolder();
    const file = join(directory.path, "file");
    writeFileSync(file, "precious");
    await expect(listen(unix(file))).rejects.toMatchObject({
      code: "ERR_LISTEN_PATH_OCCUPIED",
      message: `cannot listen on unix:${file}: expected no file or a stale socket at the path, found a regular file`,
    });
    const folder = join(directory.path, "folder");
    mkdirSync(folder);
    await expect(listen(unix(folder))).rejects.toMatchObject({ found: "directory" });
    expect(readdirSync(directory.path)).toEqual(["file", "folder"]);
  });

  it("leaves the file alone that another one put in its place", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    const first = await listen(unix(path));
    unlinkSync(path);
    await using second = await listen(unix(path));
    await first.close();
    using client = await connectTo(second.address);
    answer(await nextOf(second[Symbol.asyncIterator]()), "second");
    expect(await client.received).toBe("second");
  });

  it("refuses a path that the system would cut off", async () => {
    await using directory = await temporaryFolder();
    const maxBytes = process.platform === "linux" ? 107 : 103;
    const fits = join(directory.path, "x".repeat(maxBytes - directory.path.length - 1));
    await using _listener = await listen(unix(fits));
    expect(existsSync(fits)).toBe(true);
    await expect(listen(unix(`${fits}x`))).rejects.toMatchObject({
      code: "ERR_LISTEN_PATH_TOO_LONG",
      message: `cannot listen on unix:${fits}x: the path has ${maxBytes + 1} bytes, expected at most ${maxBytes}`,
    });
    expect(readdirSync(directory.path)).toHaveLength(1);
  });

  it("says which directory is missing", async () => {
    await using directory = await temporaryFolder();
    const missing = join(directory.path, "missing");
    await expect(listen(unix(join(missing, "a.sock")))).rejects.toMatchObject({
      code: "ERR_LISTEN_DIRECTORY_MISSING",
      directory: missing,
    });
  });

  it("may not be permitted", async () => {
    await using directory = await temporaryFolder();
    chmodSync(directory.path, 0o500);
    // Nothing is forbidden to root but this.
    const forbidden = process.getuid?.() === 0 ? "/proc" : directory.path;
    await expect(listen(unix(join(forbidden, "a.sock")))).rejects.toMatchObject({
      code: "ERR_LISTEN_PERMISSION_DENIED",
      message: `cannot listen on unix:${forbidden}/a.sock: permission denied (the directory has to be writable)`,
    });
  });
});
