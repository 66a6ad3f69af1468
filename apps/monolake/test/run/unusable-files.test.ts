import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configText, monolake } from "./cli.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.file("directory"));
  execFileSync("mkfifo", [folder.file("pipe")]);
});

afterEach(() => folder[Symbol.asyncDispose]());

const good = configText({ listen: 8080, upstream: "http://127.0.0.1:9" });
const withAnswer = (answer: string) => good.replace(/upstreams = .*/, answer);
const withLog = (path: string) => good.replace("[[", `access_log = { path = "${path}" }\n[[`);

it.each([
  [withAnswer('respond = { file = "FOLDER/directory" }'), "respond.file", "it is a directory"],
  [withAnswer('respond = { file = "FOLDER/pipe" }'), "respond.file", "it is no regular file"],
  [withAnswer('respond = { file = "/dev/zero" }'), "respond.file", "it is no regular file"],
  [withAnswer('module = "FOLDER/directory"'), "module", "it is a directory"],
  [withAnswer('module = "FOLDER/pipe"'), "module", "it is no regular file"],
  [withLog("FOLDER/directory"), "access_log.path", "it is a directory"],
  [withLog("FOLDER/pipe"), "access_log.path", "it is a pipe that nobody reads"],
])(
  "a start is refused that would wait for ever, or fail without the place in the file: %#",
  async (...row) => {
    const [text, key, reason] = row;
    const file = await folder.write("x.toml", text.replaceAll("FOLDER", folder.path));
    for (const words of [["--config"], ["check"]]) {
      await using command = await monolake([...words, file]);
      expect((await command.exited).code).toBe(1);
      const said = command.stdout + command.stderr;
      expect(said).toMatch(/x\.toml:\d+:\d+ error: cannot (?:read|write) the file "/);
      expect(said).toContain(`: ${reason} (servers.web.`);
      expect(said).toContain(`${key})\n`);
    }
  },
);

it("a file of an answer that is not there is told in words", async () => {
  const file = await folder.write("x.toml", withAnswer('respond = { file = "no/such" }'));
  await using command = await monolake(["--config", file]);
  expect((await command.exited).code).toBe(1);
  expect(command.stderr).toMatch(
    /cannot read the file "\/.*\/no\/such" \(from the working directory\): it does not exist\n$/,
  );
});
