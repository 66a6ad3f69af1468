import { once } from "node:events";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { basename, join } from "node:path";
import { type ConfigChange, createFileSource } from "@monolake/config";
import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** No poll would come in time: what is seen is seen by events. */
const byEvents = { settleMs: 5, pollMs: 3_600_000, folders: true };

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

const load = (path = folder.path, maxBytes?: number) =>
  createFileSource(path, { ...byEvents, ...(maxBytes !== undefined && { maxBytes }) }).load();

const reasonOf = (loading: Promise<unknown>) =>
  loading.then(
    () => "it can be read",
    ({ file, reason }: { file: string; reason: string }) => `${basename(file)}: ${reason}`,
  );

/** Names and texts, in their order. */
const describeChange = (change: ConfigChange): string =>
  change.type === "changed"
    ? change.config.files.map(({ file, text }) => `${basename(file)}=${text}`).join(" ")
    : `unreadable: ${change.error.reason}`;

async function listeningAt(path: string): Promise<Server> {
  const server = createServer().listen(path);
  await once(server, "listening");
  return server;
}

/** Starts to watch, from what the folder has now. */
async function follow(path = folder.path, options: object = {}) {
  const source = createFileSource(path, { ...byEvents, ...options });
  await source.load();
  const changes = source.watch(stop.signal)[Symbol.asyncIterator]();
  return async (): Promise<string> => describeChange((await changes.next()).value);
}

describe("a folder", () => {
  it("is all its files that are called like configurations, by their names", async () => {
    const files = ["b.toml", "a.yaml", "B.JSON", "c.yml"];
    for (const name of files) await folder.write(name, name);
    const others = [
      ".a.toml.swp",
      ".#a.toml",
      "a.toml~",
      "#a.toml#",
      "a.toml.new",
      "4913",
      ".hidden.toml",
      "readme.md",
    ];
    for (const name of others) await folder.write(name, "other");
    await folder.write("more/d.toml", "not looked for");
    const config = await load();
    expect(config.files.map(({ file, text }) => [file, text])).toEqual(
      ["B.JSON", "a.yaml", "b.toml", "c.yml"].map((name) => [folder.file(name), name]),
    );
  });

  it("is another revision when a text changes, or the name of a file", async () => {
    await folder.write("a.toml", "one");
    const revisions = [(await load()).revision];
    await folder.write("a.toml", "two");
    revisions.push((await load()).revision);
    await rename(folder.file("a.toml"), folder.file("b.toml"));
    revisions.push((await load()).revision);
    expect(new Set(revisions).size).toBe(3);
  });

  it("is refused with the file that cannot be read", async () => {
    expect(await reasonOf(load())).toBe(
      `${basename(folder.path)}: there is no file in it that is called *.toml, *.json, *.yaml or *.yml`,
    );
    await folder.write("a.toml", "x = 1");
    await folder.write("b.toml", " \n");
    expect(await reasonOf(load())).toBe(
      "b.toml: it is empty: remove it, or begin it with a comment if it shall have no effect",
    );
    await folder.write("b.toml", "# nothing");
    expect((await load()).files).toHaveLength(2);
    expect(await reasonOf(load(folder.path, 10))).toMatch(/: its files are larger than 10 bytes together$/);
    await symlink("nowhere", folder.file("c.toml"));
    expect(await reasonOf(load())).toBe("c.toml: it is a symbolic link to nothing");
    await rm(folder.file("c.toml"));
    await mkdir(folder.file("c.toml"));
    expect(await reasonOf(load())).toBe("c.toml: it is a directory");
    await rm(folder.file("c.toml"), { recursive: true });
    await symlink("c.toml", folder.file("c.toml"));
    expect(await reasonOf(load())).toBe("c.toml: too many symbolic links lead to it");
    await rm(folder.file("c.toml"));
    expect(await reasonOf(load(folder.file("no")))).toBe("no: it does not exist");
    expect(await reasonOf(createFileSource(folder.path).load())).toMatch(/: it is a directory$/);
    await using _server = await listeningAt(folder.file("c.toml"));
    expect(await reasonOf(load())).toBe("c.toml: it is a socket, or a device that is not there");
  });
});

describe("a folder that is followed", () => {
  it("sees that a file is added, edited, renamed and removed", async () => {
    await folder.write("a.toml", "1");
    const next = await follow();
    const after = async (step: () => Promise<unknown>) => {
      const change = next();
      await step();
      return change;
    };
    expect(await after(() => put("b.toml", "2"))).toBe("a.toml=1 b.toml=2");
    expect(await after(() => put("a.toml", "3"))).toBe("a.toml=3 b.toml=2");
    expect(await after(() => rename(folder.file("a.toml"), folder.file("c.toml")))).toBe("b.toml=2 c.toml=3");
    expect(await after(() => rm(folder.file("b.toml")))).toBe("c.toml=3");
    // As an editor saves: something hidden, then the file.
    await folder.write(".c.toml.swp", "x");
    await folder.write("c.toml~", "x");
    expect(await after(() => put("c.toml", "4"))).toBe("c.toml=4");
  });

  it("tells that a file is half written, and what it is when it is whole", async () => {
    await folder.write("a.toml", "1");
    await folder.write("b.toml", "2");
    const next = await follow();
    const half = next();
    await writeFile(folder.file("b.toml"), "");
    expect(await half).toMatch(/^unreadable: it is empty/);
    const whole = next();
    await writeFile(folder.file("b.toml"), "3");
    expect(await whole).toBe("a.toml=1 b.toml=3");
  });

  it("sees all files exchanged at once, as Kubernetes does it with a ConfigMap, time after time", async () => {
    const names = ["a.toml", "b.toml"];
    const version = async (text: string) => {
      for (const name of names) await folder.write(`..${text}/${name}`, text);
      await symlink(`..${text}`, folder.file("..data_tmp"));
      await rename(folder.file("..data_tmp"), folder.file("..data"));
    };
    await version("v1");
    for (const name of names) await symlink(join("..data", name), folder.file(name));
    const next = await follow();
    for (const text of ["v2", "v3", "v4"]) {
      const change = next();
      await version(text);
      expect(await change).toBe(`a.toml=${text} b.toml=${text}`);
      await rm(folder.file(`..v${Number(text.slice(1)) - 1}`), { recursive: true });
    }
  });

  it("sees changes of files that links in it lead to, and a link to another folder in its place", async () => {
    await folder.write("available/a.toml", "1");
    await folder.write("one/own.toml", "0");
    await symlink(folder.file("available/a.toml"), folder.file("one/a.toml"));
    await folder.write("two/b.toml", "9");
    await symlink("one", folder.file("enabled"));
    const next = await follow(folder.file("enabled"));
    const edited = next();
    await put("available/a.toml", "2");
    expect(await edited).toBe("a.toml=2 own.toml=0");
    const exchanged = next();
    await symlink("two", folder.file("enabled.new"));
    await rename(folder.file("enabled.new"), folder.file("enabled"));
    expect(await exchanged).toBe("b.toml=9");
    const added = next();
    await put("two/c.toml", "8");
    expect(await added).toBe("b.toml=9 c.toml=8");
  });

  it("never gives half of one version and half of another", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}.toml`);
    const version = async (text: string) => {
      for (const name of names) await folder.write(`..${text}/${name}`, text);
      await symlink(`..${text}`, folder.file("..data_tmp"));
      await rename(folder.file("..data_tmp"), folder.file("..data"));
    };
    await version("v0");
    for (const name of names) await symlink(join("..data", name), folder.file(name));
    const source = createFileSource(folder.path, { folders: true });
    let reading = true;
    const seen: string[] = [];
    const read = async () => {
      while (reading) {
        // Refused, where it changes for too long: that is no half either.
        const texts = await source.load().then(
          ({ files }) => new Set(files.map(({ text }) => text)),
          () => new Set(["refused"]),
        );
        seen.push([...texts].join("+"));
      }
    };
    const readers = [read(), read(), read()];
    for (let number = 1; number <= 30; number++) await version(`v${number}`);
    reading = false;
    await Promise.all(readers);
    expect(seen.filter((texts) => texts.includes("+"))).toEqual([]);
    expect(seen.length).toBeGreaterThan(10);
  });

  it("sees a change of a file that one of them refers to", async () => {
    await folder.write("secret", "one");
    await folder.write("a.toml", "a = 1");
    await folder.write("b.toml", "b = '${file:secret}'");
    const next = await follow(folder.path, { settleMs: 1, pollMs: 10, references: true });
    const change = next();
    await put("secret", "two");
    expect(await change).toBe("a.toml=a = 1 b.toml=b = '${file:secret}'");
  });
});

/** Puts a text in place in one step: no reader sees half of it. */
async function put(name: string, text: string): Promise<void> {
  await rename(await folder.write(`.${basename(name)}.new`, text), folder.file(name));
}
