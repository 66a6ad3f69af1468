import { symlink } from "node:fs/promises";
import { ConfigReadError, loadConfig } from "@monolake/config";
import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { schema } from "./server-schema.ts";

const failure = (file: string, maxBytes?: number) =>
  loadConfig({ file, schema, ...(maxBytes === undefined ? {} : { maxBytes }) }).then(
    () => expect.unreachable(),
    (error: unknown) => error as ConfigReadError,
  );

it("reads a file, and names it in its problems as it was given", async () => {
  await using folder = await temporaryFolder();
  const file = await folder.write("proxy.toml", "[runtime]\nthreads = 1\n");
  expect(await loadConfig({ file, schema })).toMatchObject({
    type: "valid",
    value: { runtime: { threads: 1 } },
  });
  await folder.write("proxy.toml", "[runtime]\n");
  expect(await loadConfig({ file, schema })).toMatchObject({
    problems: [{ position: { file, line: 1, column: 2 } }],
  });
});

it("says which file is missing, and from where", async () => {
  const error = await failure("no-such.toml");
  expect(error).toBeInstanceOf(ConfigReadError);
  expect(error).toMatchObject({ code: "ERR_CONFIG_READ", file: "no-such.toml", directory: process.cwd() });
  expect(error.message).toBe(
    `cannot read the configuration file "no-such.toml" (working directory "${process.cwd()}"): it does not exist`,
  );
  expect(error.cause).toMatchObject({ code: "ENOENT" });
});

it("refuses a directory, a file that is too large, and one that is no text", async () => {
  await using folder = await temporaryFolder();
  expect((await failure(folder.path)).reason).toBe("it is a directory");
  expect((await failure(await folder.write("a.toml", "x".repeat(11)), 10)).reason).toBe(
    "it is larger than 10 bytes",
  );
  expect((await failure(await folder.write("b.toml", Uint8Array.of(0x61, 0xff)))).reason).toBe(
    "it is not UTF-8 text",
  );
});

it("says that links lead nowhere", async () => {
  await using folder = await temporaryFolder();
  await symlink("a.toml", folder.file("a.toml"));
  expect((await failure(folder.file("a.toml"))).reason).toBe("too many symbolic links lead to it");
});

it("reads a file of exactly the largest size, in several pieces", async () => {
  await using folder = await temporaryFolder();
  const text = `[runtime]\nthreads = 1\n#${"x".repeat(200_000)}`;
  const file = await folder.write("a.toml", text);
  expect(await loadConfig({ file, schema, maxBytes: text.length })).toMatchObject({ type: "valid" });
});
