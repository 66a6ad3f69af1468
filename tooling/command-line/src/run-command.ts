/** A mistake of the user: the message is all there is to say. */
export class UsageError extends Error {}

/** A command of the repository. */
export interface Command<Options> {
  /** What its messages begin with. */
  readonly name: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** Reads the command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
  readonly parse: (args: readonly string[]) => Options | "help";
  /** True when all was well. */
  readonly run: (options: Options) => Promise<boolean>;
}

/** Runs a command. The process ends with 0 when all was well, with 2 after a mistake of the user, and else with 1. */
export async function runCommand<Options>({ name, usage, parse, run }: Command<Options>): Promise<void> {
  try {
    const options = parse(process.argv.slice(2));
    if (options === "help") process.stdout.write(usage);
    else if (!(await run(options))) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof UsageError ? `${name}: ${error.message}` : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
