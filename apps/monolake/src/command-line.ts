import { parseArgs } from "node:util";
import { type LogLevel, logLevels } from "@monolake/core";
import { CommandFailure } from "./run/command-failure.ts";

/** What a command line asks for. */
export type Command =
  | { readonly type: "run"; readonly config: string; readonly logLevel: LogLevel }
  | { readonly type: "demo"; readonly logLevel: LogLevel }
  | { readonly type: "check"; readonly config: string }
  | { readonly type: "help" }
  | { readonly type: "version" };

/** What `--help` prints. */
export const helpText = `Monolake, a proxy on every core

Usage:
  monolake --config FILE      run the proxy with a configuration file
  monolake check FILE         say what is wrong with a configuration file, and exit
  monolake demo               run it with an example configuration and an upstream of its own

Options:
  -c, --config FILE           the configuration, TOML or JSON; followed, and applied when it changes
      --log-level LEVEL       ${logLevels.join(", ")} (default info; also MONOLAKE_LOG)
  -h, --help                  this text
  -V, --version               the version

Signals:
  SIGHUP                      read the configuration again now
  SIGTERM, SIGINT             let requests finish, then exit; a second one exits at once
`;

/** Reads a command line (without node and script). Throws {@link CommandFailure}. */
export function parseCommandLine(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { type: "help" };
  if (values.version) return { type: "version" };
  const logLevel = readLogLevel(values["log-level"] ?? environment["MONOLAKE_LOG"] ?? "info");
  const [command, ...rest] = positionals;
  if (command === "check") return checkCommand(rest, values.config);
  if (rest.length > 0) throw usage(`unexpected argument ${rest[0]}`);
  if (command === "demo" && values.config === undefined) return { type: "demo", logLevel };
  if (command === "demo") throw usage("the demo brings a configuration of its own: leave out --config");
  if (command !== undefined) throw usage(`unknown command ${command}; commands are: check, demo`);
  if (values.config === undefined) throw usage("no configuration file given: use --config FILE");
  return { type: "run", config: values.config, logLevel };
}

function checkCommand(files: readonly string[], option: string | undefined): Command {
  const [config, second] = option === undefined ? files : [option, ...files];
  if (config === undefined) throw usage("no configuration file given: use check FILE");
  if (second !== undefined) throw usage(`unexpected argument ${second}`);
  return { type: "check", config };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: "string", short: "c" },
        "log-level": { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
      },
    });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text.toLowerCase());
  if (level === undefined) throw usage(`unknown log level ${text}; levels are: ${logLevels.join(", ")}`);
  return level;
}

const usage = (problem: string): CommandFailure => new CommandFailure(`${problem}\nTry: monolake --help`);
