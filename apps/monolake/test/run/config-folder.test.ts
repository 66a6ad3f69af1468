import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFileSource } from "@monolake/config";
import { freePort, startHttpUpstream, type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { runProxy } from "../../src/run/run-proxy.ts";
import { answerAt, configText, local, monolake, type ServerText } from "./cli.ts";
import { startTraffic } from "./traffic.ts";

const runtime = "[runtime]\nworker_threads = 2\n";
const serverFile = (server: ServerText): string => configText(server).replace(runtime, "");
const nowhere = "http://127.0.0.1:9";

/** A folder with the workers in one file, and a server in each of the others. */
async function folderOf(servers: Readonly<Record<string, ServerText>>): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await folder.write("etc/00-runtime.toml", runtime);
  for (const [name, server] of Object.entries(servers)) await folder.write(`etc/${name}`, serverFile(server));
  return folder;
}

/** What a command says of a folder, which is called ETC. */
async function run(folder: TemporaryFolder, ...words: readonly string[]) {
  const etc = folder.file("etc");
  await using command = await monolake(words.map((word) => word.replace("ETC", etc)));
  const { code } = await command.exited;
  return { code, output: (command.stdout + command.stderr).replaceAll(etc, "ETC") };
}

describe("the commands, with a folder:", () => {
  const one = { key: "one", listen: 1001, upstream: nowhere };
  const two = { key: "two", listen: 1002, upstream: nowhere };

  it("check takes all files for one configuration", async () => {
    await using folder = await folderOf({ "one.toml": one, "two.toml": two });
    expect(await run(folder, "check", "ETC")).toEqual({
      code: 0,
      output: "ETC (3 files) is good: 2 servers\n",
    });
  });

  it("check names the file that is wrong, and both where two contradict each other", async () => {
    await using folder = await folderOf({ "one.toml": one, "two.toml": two, "x.toml": one });
    await folder.write("etc/two.toml", serverFile(two).replace("name", "nmae"));
    const { code, output } = await run(folder, "check", "ETC");
    expect(code).toBe(1);
    expect(output).toMatch(/ETC\/two\.toml:3:1 error: unknown key "nmae", did you mean "name"\?/);
    expect(output).toMatch(
      /\nETC\/x\.toml:3:1 error: expected each key once, found "name" again, first in ETC\/one\.toml:3:1 \(servers\.one\.name\)/,
    );
    expect(output).toMatch(/\nETC \(4 files\) cannot be served, 3 errors\n$/);
  });

  it("explain finds the server, in whichever file it is", async () => {
    await using folder = await folderOf({ "one.toml": one, "two.toml": two });
    const { code, output } = await run(folder, "explain", "GET", "http://127.0.0.1:1002/", "-c", "ETC");
    expect(output).toMatch(/^server "two": listens at 127\.0\.0\.1:1002/);
    expect(code).toBe(0);
  });

  it("diff compares a folder with a file, too", async () => {
    await using folder = await folderOf({ "one.toml": one, "two.toml": two });
    const file = await folder.write("all.yaml", "");
    await rename(file, folder.file("all.toml"));
    await folder.write("all.toml", configText(one, { ...two, more: "debug = true" }));
    const { output } = await run(folder, "diff", folder.file("all.toml"), "ETC");
    expect(output).toMatch(/^unchanged {2}one\nupdated {4}two: [^\n]*\n/);
  });
});

describe("a folder that is served,", { timeout: 60_000 }, () => {
  it("is followed by the program: a file more is a server more", async () => {
    const [p, q] = [await freePort(), await freePort()];
    await using upstream = await startHttpUpstream((_request, response) => void response.end("fine"));
    await using folder = await folderOf({ "one.toml": { listen: p, upstream: upstream.origin } });
    await using program = await monolake(["--config", folder.file("etc")], { readyPattern: /"msg":"ready"/ });
    expect(await answerAt(local(p))).toMatch(/^HTTP\/1\.1 200 /);
    const added = serverFile({ key: "added", listen: q, upstream: upstream.origin });
    await rename(await folder.write("etc/.new", added), folder.file("etc/two.toml"));
    await program.waitForOutput(/"added":\["added"\]/);
    expect(await answerAt(local(q))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("is exchanged under traffic without a failed request, in every way that files change", async () => {
    await using stack = new AsyncDisposableStack();
    const [p, q] = [await freePort(), await freePort()];
    const [one, two] = [stack.use(await saying("one")), stack.use(await saying("two"))];
    const folder = stack.use(await temporaryFolder());
    const etc = folder.file("etc");
    const web = { key: "web", listen: p, upstream: one.origin };
    const other = { key: "other", listen: q, upstream: two.origin };
    /** As Kubernetes mounts a ConfigMap: files are links through ..data, which is exchanged as a whole. */
    const mount = async (name: string, files: Readonly<Record<string, string>>) => {
      for (const [file, text] of Object.entries(files)) {
        await folder.write(`etc/..${name}/${file}`, text);
        await symlink(join("..data", file), join(etc, file)).catch(() => {});
      }
      await symlink(`..${name}`, join(etc, "..data_tmp"));
      await rename(join(etc, "..data_tmp"), join(etc, "..data"));
    };
    const files = { "0.toml": runtime, "web.toml": serverFile(web), "other.toml": serverFile(other) };
    await mount("v1", files);
    const records: string[] = [];
    const logger = pino({ level: "info" }, { write: (line: string) => void records.push(line) });
    const source = createFileSource(etc, { folders: true, references: true });
    const proxy = stack.use(await runProxy(source, { logger, logLevel: "info", graceMs: 0 }));
    const traffic = [startTraffic([local(p)]), startTraffic([local(q)])];
    const answered = () => Promise.all(traffic.map((part) => part.answered(30)));
    /** Changes files, waits for what the log says of it, and lets the traffic go on for a while. */
    const step = async (change: () => Promise<unknown>, logged: RegExp) => {
      const before = records.length;
      await change();
      await expect.poll(() => records.slice(before).join(""), { timeout: 20_000 }).toMatch(logged);
      await answered();
    };
    await answered();
    const moved = { ...files, "web.toml": serverFile({ ...web, upstream: two.origin }) };
    await step(() => mount("v2", moved), /"changed":\["web"\]/);
    await step(
      () => folder.write("etc/new.toml", ""),
      /configuration refused[^\n]*new\.toml[^\n]*it is empty/,
    );
    const third = serverFile({ key: "third", listen: await freePort(), upstream: one.origin });
    await step(
      () => writeFile(join(etc, "new.toml"), third.slice(0, 40)),
      /configuration refused[^\n]*new\.toml:/,
    );
    await step(() => writeFile(join(etc, "new.toml"), third), /"added":\["third"\]/);
    await step(() => rename(join(etc, "new.toml"), join(etc, "third.toml")), /configuration unchanged/);
    await step(
      () => folder.write("etc/again.toml", third),
      /configuration refused[^\n]*third\.toml:3:1[^\n]*first in/,
    );
    await step(() => rm(join(etc, "again.toml")), /configuration unchanged/);
    await step(() => rm(join(etc, "third.toml")), /"removed":\["third"\]/);
    await step(() => mount("v3", files), /"changed":\["web"\]/);
    expect(proxy.config().servers.map(({ key }) => key)).toEqual(["other", "web"]);
    const results = await Promise.all(traffic.map((part) => part.end()));
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.map(({ bodies }) => [...bodies].sort())).toEqual([["one", "two"], ["two"]]);
  });
});

const saying = (text: string) =>
  startHttpUpstream((_request, response) => {
    response.setHeader("Content-Length", text.length);
    response.end(text);
  });
