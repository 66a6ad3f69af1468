import { once } from "node:events";
import {
  appendFile,
  chmod,
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
} from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { temporaryFolder } from "@monolake/test-kit";
import { afterEach, expect, it, vi } from "vitest";
import { LogFile } from "../../../src/http/access-log/log-file.ts";
import { expectAllLines, linesEach } from "./appended-lines.ts";

const line = (text: string) => Buffer.from(`${text}\n`);

it("makes a file that its group may read, and appends to one that is there", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  const first = new LogFile(path);
  await first.append(line("a"));
  await first.close();
  const second = new LogFile(path);
  await second.open();
  await second.append(line("b"));
  await second.append(line("c"));
  await second.close();
  expect(await readFile(path, "utf8")).toBe("a\nb\nc\n");
  expect((await stat(path)).mode & 0o137).toBe(0);
});

it("follows its path when the file is moved away or removed", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  const file = new LogFile(path);
  await file.append(line("a"));
  await rename(path, folder.file("access.log.1"));
  await file.append(line("b"));
  expect(await readFile(folder.file("access.log.1"), "utf8")).toBe("a\n");
  expect(await readFile(path, "utf8")).toBe("b\n");
  await rm(path);
  await file.append(line("c"));
  expect(await readFile(path, "utf8")).toBe("c\n");
  await rename(path, folder.file("access.log.1"));
  await folder.write("access.log", "new\n");
  await file.append(line("d"));
  expect(await readFile(path, "utf8")).toBe("new\nd\n");
  await file.close();
});

it("goes on at the beginning of a file that was emptied", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  const file = new LogFile(path);
  await file.append(line("a"));
  await truncate(path);
  await file.append(line("b"));
  expect(await readFile(path, "utf8")).toBe("b\n");
  await file.close();
});

/** The disk takes so many bytes of what is written next, and then it is full for one write. */
async function fillDiskBehind(path: string, bytes: number): Promise<void> {
  await using handle = await open(path, "a");
  const { write } = handle;
  const full = Object.assign(new Error("disk full"), { code: "ENOSPC" });
  const cut = function (this: FileHandle, buffer: Buffer, at: number) {
    return Reflect.apply(write, this, [buffer, at, bytes, null]);
  };
  vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, "write")
    .mockImplementationOnce(cut as FileHandle["write"])
    .mockRejectedValueOnce(full)
    .mockImplementation(write);
}

afterEach(() => vi.restoreAllMocks());

it.each([
  ["ends a line that a full disk has cut", "a 1\n", "a 1\nb 2\nb\nd 4\n"],
  ["leaves it when another writer has gone on since", "c 3\n", "a 1\nb 2\nbc 3\nd 4\n"],
  ["has nothing to end in a file that was emptied since", "", "d 4\n"],
])("%s", async (_title, meanwhile, expected) => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  const file = new LogFile(path);
  await using _closed = { [Symbol.asyncDispose]: () => file.close() };
  await file.append(line("a 1"));
  await fillDiskBehind(path, 5);
  await expect(file.append(Buffer.from("b 2\nb 3\n"))).rejects.toThrow("disk full");
  if (meanwhile === "") await truncate(path);
  else if (meanwhile.startsWith("c")) await appendFile(path, meanwhile);
  await file.append(line("d 4"));
  expect(await readFile(path, "utf8")).toBe(expected);
});

it("says which file cannot be opened, and tries again with the next lines", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("logs/access.log");
  const file = new LogFile(path);
  await expect(file.open()).rejects.toMatchObject({
    code: "ERR_ACCESS_LOG_OPEN",
    message: `access log ${path} cannot be opened: ENOENT: no such file or directory`,
    cause: { code: "ENOENT" },
  });
  await mkdir(folder.file("logs"));
  await file.append(line("a"));
  expect(await readFile(path, "utf8")).toBe("a\n");
  await rename(folder.file("logs"), folder.file("old"));
  await expect(file.append(line("b"))).rejects.toMatchObject({ code: "ERR_ACCESS_LOG_OPEN" });
  await mkdir(folder.file("logs"));
  await chmod(folder.file("logs"), 0o755);
  await file.append(line("c"));
  expect(await readFile(path, "utf8")).toBe("c\n");
  await file.close();
});

it("takes whole lines from several worker threads at once", async () => {
  await using folder = await temporaryFolder();
  const target = folder.file("access.log");
  const module = new URL("./append-lines.ts", import.meta.url);
  const threads = ["a", "b"].map(
    (name) => new Worker(module, { workerData: { target, name, lines: linesEach } }),
  );
  expect(await Promise.all(threads.map(async (thread) => (await once(thread, "exit"))[0]))).toEqual([0, 0]);
  expectAllLines(await readFile(target, "utf8"));
});
