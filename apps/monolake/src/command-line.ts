import { existsSync } from "node:fs";
import { logLevels } from "@monolake/core";
import { checkCommand } from "./commands/check.ts";
import { type Command, usageFailure } from "./commands/command.ts";
import { demoCommand } from "./commands/demo.ts";
import { diffCommand } from "./commands/diff.ts";
import { explainCommand } from "./commands/explain.ts";
import { initCommand } from "./commands/init.ts";
import { runCommand } from "./commands/run.ts";
import { schemaCommand } from "./commands/schema.ts";

const commands: readonly Command[] = [
  runCommand,
  checkCommand,
  explainCommand,
  diffCommand,
  initCommand,
  schemaCommand,
  demoCommand,
];

/** What `--help` prints. */
export const helpText = `Monolake, a proxy on every core

Usage:
${commands.map(({ usage, summary }) => `  monolake ${usage.padEnd(34)} ${summary}`).join("\n")}

Options:
  -c, --config PATH           the configuration, TOML, JSON or YAML; followed, and applied when it changes.
                              A folder: all its files *.toml, *.json, *.yaml and *.yml together
      --log-level LEVEL       ${logLevels.join(", ")} (default info; also MONOLAKE_LOG)
      --dev                   for development: modules of workers are loaded afresh when they change
  -h, --help                  this text; monolake COMMAND --help for one command
  -V, --version               the version

Signals:
  SIGHUP                      read the configuration again now
  SIGUSR2                     start this program once more, hand it the listening sockets, and exit when it serves
  SIGTERM, SIGINT             let requests finish, then exit; a second one exits at once
`;

/** What a command line (without node and script) asks for, and what that gets of it. Throws `CommandFailure`. */
export function findCommand(args: readonly string[]): {
  readonly command: Command;
  readonly args: readonly string[];
} {
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith("-")) return { command: runCommand, args };
  if (name === "") throw usageFailure("an argument is empty");
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return { command, args: rest };
  if (/\.(?:toml|ya?ml|json)$/.test(name) || existsSync(name))
    throw usageFailure(`unknown command ${name}; to run with this configuration: monolake --config ${name}`);
  const names = commands.map((known) => known.name).filter((known) => known !== "");
  throw usageFailure(`unknown command ${name}; commands are: ${names.join(", ")}`);
}
