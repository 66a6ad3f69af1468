import { readFileSync } from "node:fs";
import { skipWithout, startProgram, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";

const unit = (name: string): string =>
  readFileSync(new URL(`../../systemd/${name}`, import.meta.url), "utf8");

it("systemd accepts the units, with a program that is there", async (test) => {
  skipWithout(test, "systemd-analyze");
  await using folder = await temporaryFolder();
  const service = unit("monolake.service").replace("/usr/bin/monolake", process.execPath);
  const files = [
    await folder.write("monolake.service", service),
    await folder.write("monolake.socket", unit("monolake.socket")),
  ];
  await using analysis = await startProgram("systemd-analyze", ["verify", ...files]);
  expect(await analysis.exited).toMatchObject({ code: 0 });
  // Of our units; the machine's own may have warnings.
  expect(analysis.stderr.split("\n").filter((line) => line.includes("monolake."))).toEqual([]);
});
