import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { parseOptions, runCommand, UsageError } from "@monolake/command-line";
import { type Check, phases } from "./checks.ts";
import { repositoryFolder } from "./workspace.ts";

interface Result {
  readonly check: Check;
  readonly passed: boolean;
  readonly output: string;
  readonly durationMs: number;
}

function run(check: Check): Promise<Result> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const [command = "", ...commandArguments] = check.command;
    const program = spawn(command, commandArguments, {
      cwd: repositoryFolder,
      env: {
        ...process.env,
        PATH: `${join(repositoryFolder, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const finish = (passed: boolean) =>
      resolve({ check, passed, output, durationMs: performance.now() - startedMs });
    const add = (text: string) => {
      output += text;
    };
    program.stdout.setEncoding("utf8").on("data", add);
    program.stderr.setEncoding("utf8").on("data", add);
    program.once("error", (error) => {
      add(`${error.message}: run \`pnpm install\`\n`);
      finish(false);
    });
    program.once("close", (code) => finish(code === 0));
  });
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`.padStart(8);

/** The last line that says something: counts, or what was looked at. */
const lastLine = (output: string): string => output.trimEnd().split("\n").at(-1)?.trim().slice(0, 70) ?? "";

/** Runs a phase's checks, at most one per core at a time, each in its order. */
async function runPhase(checks: readonly Check[]): Promise<readonly Result[]> {
  const waiting = [...checks];
  const results: Result[] = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await run(check);
      results.push(result);
      const summary = check.showsLastLine && result.passed ? lastLine(result.output) : "";
      console.log(
        `${result.passed ? "ok  " : "FAIL"} ${seconds(result.durationMs)}  ${check.name.padEnd(10)} ${summary}`,
      );
      if (!result.passed) console.log(`\n${result.output.trimEnd()}\n\n  to fix: ${check.fix}\n`);
      else if (check.showsWarnings) printWarnings(result.output);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, worker));
  return results;
}

function printWarnings(output: string): void {
  for (const line of output.split("\n")) if (line.startsWith("warning: ")) console.log(`       ${line}`);
}

const names = [...new Set(phases.flat().map(({ name }) => name))];

/** The checks that the command line names; undefined for all. */
function parse(args: readonly string[]): { readonly only: readonly string[] | undefined } | "help" {
  const { only, help } = parseOptions(args, { only: { type: "string", multiple: true } });
  if (help) return "help";
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no check ${unknown}, but ${names.join(", ")}`);
  return { only };
}

async function runChecks({ only }: { readonly only: readonly string[] | undefined }): Promise<boolean> {
  const startedMs = performance.now();
  const results: Result[] = [];
  for (const phase of phases) {
    results.push(...(await runPhase(phase.filter(({ name }) => only?.includes(name) ?? true))));
  }
  const failed = results.filter(({ passed }) => !passed);
  console.log(
    `\n${results.length - failed.length} of ${results.length} checks passed in${seconds(performance.now() - startedMs)}`,
  );
  for (const { check } of failed)
    console.log(`  ${check.name} failed; again: pnpm check --only ${check.name}; to fix: ${check.fix}`);
  return failed.length === 0;
}

await runCommand({
  name: "check",
  usage: `usage: pnpm check [--only NAME]...\nchecks: ${names.join(", ")}\n`,
  parse,
  run: runChecks,
});
