import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConfigChange, createFileSource } from "@monolake/config";
import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** No poll would come in time: what is seen is seen by events. */
const byEvents = { settleMs: 5, pollMs: 3_600_000 };

let folder: TemporaryFolder;
let stop: AbortController;

beforeEach(async () => {
  folder = await temporaryFolder();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await folder[Symbol.asyncDispose]();
});

/** Starts to watch, from the text that `load` gives. */
async function follow(file: string, options = byEvents) {
  const source = createFileSource(file, options);
  await source.load();
  const changes = source.watch(stop.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => describeChange((await changes.next()).value);
  return { changes, next };
}

/** Puts a text in place in one step: no reader sees half of it. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

const describeChange = (change: ConfigChange): string =>
  change.type === "changed"
    ? change.config.files.map(({ text }) => text).join(" ")
    : `unreadable: ${change.error.reason}`;

it("gives the text with a revision that differs when the text does", async () => {
  const file = await folder.write("a.toml", "one");
  const source = createFileSource(file);
  const first = await source.load();
  expect(first).toEqual({
    files: [{ text: "one", file }],
    revision: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect((await source.load()).revision).toBe(first.revision);
  await folder.write("a.toml", "two");
  expect((await source.load()).revision).not.toBe(first.revision);
});

it("sees a file that is written in place, at last as it stays", async () => {
  const file = await folder.write("a.toml", "one");
  const { next } = await follow(file);
  const change = next();
  await writeFile(file, "two");
  let seen = await change;
  // The moment between truncating and writing may be seen too.
  while (seen === "") seen = await next();
  expect(seen).toBe("two");
});

it("sees what changed between loading and watching", async () => {
  const file = await folder.write("a.toml", "one");
  const source = createFileSource(file, byEvents);
  await source.load();
  await replace(file, "two");
  const { value } = await source.watch(stop.signal)[Symbol.asyncIterator]().next();
  expect(describeChange(value)).toBe("two");
});

it("sees a file that another is moved onto, time after time", async () => {
  const file = await folder.write("a.toml", "0");
  const { next } = await follow(file);
  for (const text of ["1", "2", "3"]) {
    const change = next();
    await replace(file, text);
    expect(await change).toBe(text);
  }
});

it("sees the swap of a linked folder, as Kubernetes does it", async () => {
  await folder.write("..v1/a.toml", "one");
  await folder.write("..v2/a.toml", "two");
  await symlink("..v1", folder.file("..data"));
  await symlink(join("..data", "a.toml"), folder.file("a.toml"));
  const { next } = await follow(folder.file("a.toml"));
  const change = next();
  await symlink("..v2", folder.file("..data_tmp"));
  await rename(folder.file("..data_tmp"), folder.file("..data"));
  expect(await change).toBe("two");
});

it("sees a change of the file that a link in another folder leads to", async () => {
  const target = await folder.write("real/a.toml", "one");
  await mkdir(folder.file("etc"));
  await symlink(target, folder.file("etc/a.toml"));
  const { next } = await follow(folder.file("etc/a.toml"));
  const change = next();
  await replace(target, "two");
  expect(await change).toBe("two");
});

it("tells a link to nothing from a file that is not there", async () => {
  await symlink("nowhere", folder.file("a.toml"));
  await expect(createFileSource(folder.file("a.toml")).load()).rejects.toThrow(
    "it is a symbolic link to nothing",
  );
  await expect(createFileSource(folder.file("b.toml")).load()).rejects.toThrow("it does not exist");
});

it("goes on when the working directory of the process is gone", async () => {
  const file = await folder.write("a.toml", "one");
  const { next } = await follow(file);
  const gone = next();
  const cwd = vi.spyOn(process, "cwd").mockImplementation(() => {
    throw Object.assign(new Error("uv_cwd"), { code: "ENOENT" });
  });
  try {
    await rm(file);
    expect(await gone).toBe("unreadable: it does not exist");
    const relative = createFileSource("a.toml", byEvents).watch(AbortSignal.timeout(10_000));
    expect(await relative[Symbol.asyncIterator]().next()).toMatchObject({
      value: { type: "unreadable", error: { directory: "(removed)" } },
    });
    const back = next();
    await replace(file, "two");
    expect(await back).toBe("two");
  } finally {
    cwd.mockRestore();
  }
});

it("tells once that the file is gone, and goes on", async () => {
  const file = await folder.write("a.toml", "one");
  const { next } = await follow(file);
  const gone = next();
  await rm(file);
  expect(await gone).toBe("unreadable: it does not exist");
  const back = next();
  await folder.write("b.toml", "unrelated");
  await replace(file, "two");
  expect(await back).toBe("two");
});

it("tells that a file can be read again, also where it is as it was", async () => {
  const file = await folder.write("a.toml", "one");
  const { next } = await follow(file);
  const gone = next();
  await rm(file);
  expect(await gone).toBe("unreadable: it does not exist");
  const back = next();
  await replace(file, "one");
  expect(await back).toBe("one");
});

it("does not mistake another file in the folder for a change", async () => {
  const file = await folder.write("a.toml", "one");
  const { next } = await follow(file);
  const change = next();
  await folder.write("b.toml", "other");
  await replace(file, "one");
  await replace(file, "two");
  expect(await change).toBe("two");
});

it("finds a change by polling where there are no events", async () => {
  // The folder itself is replaced: a watch on it stays with the old one.
  await folder.write("etc/a.toml", "one");
  const { next } = await follow(folder.file("etc/a.toml"), { settleMs: 1, pollMs: 20 });
  const change = next();
  await rename(folder.file("etc"), folder.file("old"));
  await folder.write("etc.new/a.toml", "two");
  await rename(folder.file("etc.new"), folder.file("etc"));
  let seen = await change;
  while (seen !== "two") seen = await next();
  expect(seen).toBe("two");
});

it("ends without an error when the signal aborts, before and while it waits", async () => {
  const file = await folder.write("a.toml", "one");
  const { changes } = await follow(file);
  const waiting = changes.next();
  stop.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  for await (const change of createFileSource(file).watch(stop.signal))
    expect.unreachable(describeChange(change));
});

it("sees a change of a file that it refers to, also that it goes and comes back", async () => {
  await folder.write("secret", "one");
  const text = "a = '${file:secret}'\n# ${file:other}";
  const file = await folder.write("a.toml", text);
  const source = createFileSource(file, { settleMs: 1, pollMs: 10, references: true });
  const revisions = [(await source.load()).revision];
  const changes = source.watch(stop.signal)[Symbol.asyncIterator]();
  const steps = [
    () => replace(folder.file("secret"), "two"),
    () => rm(folder.file("secret")),
    () => replace(folder.file("secret"), "one"),
  ];
  for (const step of steps) {
    const change = changes.next();
    await step();
    const { value } = await change;
    expect(describeChange(value)).toBe(text);
    revisions.push(value.config.revision);
  }
  expect(new Set(revisions).size).toBe(3);
  expect(revisions[3]).toBe(revisions[0]);
});

it("reads no file that it refers to where nobody asked for references", async () => {
  await folder.write("secret", "one");
  const source = createFileSource(await folder.write("a.toml", "a = '${file:secret}'"));
  const { revision } = await source.load();
  await folder.write("secret", "two");
  expect((await source.load()).revision).toBe(revision);
});
