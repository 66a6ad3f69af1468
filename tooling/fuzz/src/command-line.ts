import { parseOptions, wholeNumber } from "@monolake/command-line";

/** What the command line asks for. */
export interface FuzzOptions {
  /** Left out: all. */
  readonly names?: readonly string[];
  /** For all fuzzers together. */
  readonly seconds?: number;
  /** Executions of each fuzzer. */
  readonly count?: number;
  readonly seed: number;
}

/** What `--help` prints. */
export const usage = `usage: pnpm fuzz [options]

  --only NAME,...  only these fuzzers
  --seconds N      how long, for all of them together (60, when there is no --count)
  --count N        executions of each fuzzer
  --seed N         of the first input; the same seed makes the same inputs (from the clock)
`;

const defaultSeconds = 60;

/** Reads a command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
export function parseCommandLine(args: readonly string[]): FuzzOptions | "help" {
  const values = parseOptions(args, {
    only: { type: "string" },
    seconds: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
  });
  if (values.help) return "help";
  const seconds =
    numberOf("seconds", values.seconds) ?? (values.count === undefined ? defaultSeconds : undefined);
  const count = numberOf("count", values.count);
  return {
    seed: numberOf("seed", values.seed) ?? Date.now() % 1_000_000_000,
    ...(values.only !== undefined && { names: values.only.split(",") }),
    ...(seconds !== undefined && { seconds }),
    ...(count !== undefined && { count }),
  };
}

const numberOf = (option: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber(option, text);
