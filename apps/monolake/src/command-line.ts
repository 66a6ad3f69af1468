import { parseArgs } from "node:util";
import { type LogLevel, logLevels } from "@monolake/core";
import { CommandFailure } from "./run/command-failure.ts";

/** How a proxy is run. */
export interface RunSettings {
  readonly logLevel: LogLevel;
  /** For development: modules that change are loaded afresh. */
  readonly dev: boolean;
}

/** What a command line asks for. */
export type Command =
  | ({ readonly type: "run"; readonly config: string } & RunSettings)
  | ({ readonly type: "demo" } & RunSettings)
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
  -c, --config FILE           the configuration, TOML, JSON or YAML; followed, and applied when it changes
      --log-level LEVEL       ${logLevels.join(", ")} (default info; also MONOLAKE_LOG)
      --dev                   for development: modules of workers are loaded afresh when they change
  -h, --help                  this text
  -V, --version               the version

Signals:
  SIGHUP                      read the configuration again now
  SIGUSR2                     start this program once more, hand it the listening sockets, and exit when it serves
  SIGTERM, SIGINT             let requests finish, then exit; a second one exits at once
`;

/** Reads a command line (without node and script). Throws {@link CommandFailure}. */
export function parseCommandLine(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { type: "help" };
  if (values.version) return { type: "version" };
  const logLevel = readLogLevel(values["log-level"] ?? environment["MONOLAKE_LOG"] ?? "info");
  const { dev = false } = values;
  const [command, ...rest] = positionals;
  if (command === "check") return checkCommand(rest, values.config);
  if (rest.length > 0) throw usage(`unexpected argument ${rest[0]}`);
  if (command === "demo" && values.config === undefined) return { type: "demo", logLevel, dev };
  if (command === "demo") throw usage("the demo brings a configuration of its own: leave out --config");
  if (command !== undefined) throw usage(`unknown command ${command}; commands are: check, demo`);
  if (values.config === undefined) throw usage("no configuration file given: use --config FILE");
  return { type: "run", config: values.config, logLevel, dev };
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
        dev: { type: "boolean" },
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
