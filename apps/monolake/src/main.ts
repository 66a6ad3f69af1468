#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { ConfigInvalidError, formatFailure } from "@monolake/config";
import { findCommand, helpText } from "./command-line.ts";
import { CommandFailure } from "./run/command-failure.ts";
import { packageFile } from "./run/package-file.ts";

async function main(args: readonly string[]): Promise<void> {
  // Node.js would open its debugger to everybody on this machine, and whoever rotates logs sends this signal by habit.
  process.on("SIGUSR1", () => {});
  const withoutCommand = args[0]?.startsWith("-") === true;
  const asksFor = (...options: readonly string[]) =>
    withoutCommand && args.some((arg) => options.includes(arg));
  if (asksFor("-h", "--help")) process.stdout.write(helpText);
  else if (asksFor("-V", "--version")) process.stdout.write(`monolake ${packageVersion()}\n`);
  else {
    const { command, args: rest } = findCommand(args);
    await command.run(rest);
  }
}

function packageVersion(): string {
  const manifest = readFileSync(packageFile("package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

// `monolake schema | head`: a reader that has seen enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`monolake: cannot write to standard output: ${error.message}\n`);
  process.exitCode = 1;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(failureText(error));
  process.exitCode = 1;
}

function failureText(error: unknown): string {
  if (error instanceof CommandFailure) return `monolake: ${error.message}\n`;
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === "uv_cwd") return "monolake: the working directory is removed: change to another one\n";
  const text = formatFailure(error, { color: process.stderr.isTTY });
  return error instanceof ConfigInvalidError ? text : `monolake: ${text}`;
}
