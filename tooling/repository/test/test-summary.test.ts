import { join } from "node:path";
import { startProgram } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { repositoryFolder } from "../src/workspace.ts";

/** Runs the tests of one fixture in a vitest of its own. */
async function runFixture(name: string): Promise<{ exitCode: number | null; lines: readonly string[] }> {
  const vitest = join(repositoryFolder, "node_modules/vitest/vitest.mjs");
  const cwd = join(repositoryFolder, "tooling/repository/fixtures", name);
  await using program = await startProgram(process.execPath, [vitest, "run"], { cwd });
  const { code } = await program.exited;
  return { exitCode: code, lines: program.stdout.trimEnd().split("\n") };
}

it("ends a run with the counts, lists what was skipped and why, and fails", async () => {
  const { exitCode, lines } = await runFixture("mixed");
  expect(exitCode).toBe(1);
  expect(lines.slice(-5)).toEqual([
    "2 skipped:",
    "  test/mixed.test.ts > cannot run here: needs a program that is not installed",
    "  test/mixed.test.ts > is not written: no reason given",
    "",
    "1 passed, 1 failed",
  ]);
});

it("counts files and hooks that fail outside of a test, and lets nothing follow the counts", async () => {
  const { exitCode, lines } = await runFixture("hook");
  expect(exitCode).toBe(1);
  expect(lines.at(-1)).toBe("1 passed, 2 failed");
});

it("fails when no test ran, whether there are none or all were skipped", async () => {
  const empty = await runFixture("empty");
  expect([empty.exitCode, empty.lines.at(-1)]).toEqual([1, "0 passed, 0 failed"]);
  const skipped = await runFixture("skipped");
  expect([skipped.exitCode, skipped.lines.at(-1)]).toEqual([1, "0 passed, 0 failed"]);
});
