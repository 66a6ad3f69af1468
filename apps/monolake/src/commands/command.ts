import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { CommandFailure } from "../run/command-failure.ts";

/** One command of the command line, `monolake NAME …`. */
export interface Command {
  readonly name: string;
  /** How it is called, without `monolake`, for the overview. */
  readonly usage: string;
  /** What it does, in half a line. */
  readonly summary: string;
  /** What `monolake NAME --help` prints below the usage. */
  readonly details: string;
  /** `args`: what follows the name. Throws {@link CommandFailure} for what is wrong with them. */
  readonly run: (args: readonly string[]) => Promise<void> | void;
}

/** Every command has it. */
const helpOption = { help: { type: "boolean", short: "h" } } as const;

/**
 * Reads a command's arguments. Gives nothing when help was asked for, which is printed then. Throws {@link CommandFailure} for
 * options that are not known or given twice, for values that are missing, and for empty arguments, as a variable of a shell leaves them.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  command: Command,
  args: readonly string[],
  options: Options,
) {
  const parsed = parse(command, args, { ...options, ...helpOption });
  if ("help" in parsed.values && parsed.values.help === true) {
    process.stdout.write(helpOf(command));
    return undefined;
  }
  return parsed;
}

function parse<const Options extends ParseArgsOptionsConfig>(
  command: Command,
  args: readonly string[],
  options: Options,
) {
  try {
    const parsed = parseArgs({ args: [...args], allowPositionals: true, options, tokens: true });
    for (const [name, { type, multiple = false }] of Object.entries(options)) {
      if (type !== "string" || multiple) continue;
      // Node.js would take the last one without a word.
      const given = parsed.tokens.flatMap((token) =>
        token.kind === "option" && token.name === name ? [token.value] : [],
      );
      if (given.length > 1) throw new Error(`--${name} is given more than once: ${given.join(", ")}`);
      if (given[0] === "") throw new Error(`--${name} is empty`);
    }
    if (parsed.positionals.includes("")) throw new Error("an argument is empty");
    return parsed;
  } catch (error) {
    throw usageFailure(inOwnWords((error as Error).message), command);
  }
}

/** What Node.js says of arguments. Behind its first sentence it tells how such a text could be an argument, which no command takes. */
function inOwnWords(complaint: string): string {
  const [problem = ""] = complaint.split(/\. To specify|\.\n/);
  return problem
    .replace(/^Unknown/, "unknown")
    .replace(
      /^Option '(?:-\w, )?(--?[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)$/,
      "$1 needs a value",
    )
    .replace(/^Option '(?:-\w, )?(--[\w-]+)' does not take an argument$/, "$1 takes no value");
}

const helpOf = ({ usage, summary, details }: Command): string =>
  `${summary.charAt(0).toUpperCase()}${summary.slice(1)}\n\nUsage:\n  monolake ${usage}\n${details === "" ? "" : `\n${details}`}`;

/** Something that is wrong with how a command was called. */
export const usageFailure = (problem: string, command?: Command): CommandFailure =>
  new CommandFailure(
    `${problem}\nTry: monolake ${command === undefined || command.name === "" ? "" : `${command.name} `}--help`,
  );
