import { execFileSync } from "node:child_process";
import { open } from "node:fs/promises";
import { createFileSource } from "@monolake/config";
import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";

async function withPipe(use: (path: string) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pipe`;
  execFileSync("mkfifo", [path]);
  await use(path);
}

it("reads a pipe to its end, however slow its writer", () =>
  withPipe(async (path) => {
    const writer = await open(path, "r+");
    const loading = createFileSource(path).load();
    await writer.write("one ");
    await writer.write("two");
    await writer.close();
    expect((await loading).files[0].text).toBe("one two");
  }));

it("does not wait for somebody to write to a pipe, which nothing could end", () =>
  withPipe(async (path) => {
    expect((await createFileSource(path).load()).files[0].text).toBe("");
  }));
