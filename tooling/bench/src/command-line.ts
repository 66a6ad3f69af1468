import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface BenchOptions {
  readonly rounds: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly attempts: number;
  readonly bodies: readonly number[];
  readonly connections: readonly number[];
  /** Ids of contestants. Left out: all. */
  readonly only?: readonly string[];
  /** Where the proxy's and the load's threads run. Left out: the last and the first core. */
  readonly cores?: { readonly proxy: number; readonly load: number };
  readonly monolakeFrom: "build" | "sources";
  readonly jsonFile?: string;
  /** Whether docs/benchmarks is written: of a whole run, if it succeeds; always; never. */
  readonly write: "complete" | "always" | "never";
}

/** A mistake of the user: the message is all there is to say. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `usage: pnpm bench [options]

  --rounds N          rounds of each case (5)
  --bodies BYTES,...  body sizes (1024,65536)
  --connections N,... numbers of connections (64,1024)
  --only ID,...       only these proxies, for instance monolake,nginx
  --quick             one short round of each case: shows that everything works, measures nothing
  --attempts N        how often a round is tried until it reaches its load (4)
  --cores PROXY,LOAD  the two cores (the last and the first one)
  --source            run Monolake from its sources, without a build
  --json FILE         write the report as JSON, with every sample
  --write             write docs/benchmarks even if the run was partial or something was wrong
  --no-write          never write docs/benchmarks
`;

const normal = { rounds: 5, warmupMs: 600, measureMs: 1200 };
const quick = { rounds: 1, warmupMs: 50, measureMs: 250 };

/** Reads a command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
export function parseCommandLine(args: readonly string[]): BenchOptions | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const pace = values.quick ? quick : normal;
  const isWhole = !values.quick && !values.only && !values.bodies && !values.connections && !values.rounds;
  const cores = values.cores === undefined ? undefined : numbers("cores", values.cores, 0);
  if (cores !== undefined && (cores.length !== 2 || cores[0] === cores[1])) {
    throw new UsageError("--cores takes two different numbers: PROXY,LOAD");
  }
  return {
    ...pace,
    rounds: values.rounds === undefined ? pace.rounds : number("rounds", values.rounds, 1),
    attempts: values.attempts === undefined ? (values.quick ? 1 : 4) : number("attempts", values.attempts, 1),
    bodies: numbers("bodies", values.bodies ?? "1024,65536", 0),
    connections: numbers("connections", values.connections ?? "64,1024", 1),
    monolakeFrom: values.source ? "sources" : "build",
    write: values["no-write"] ? "never" : values.write ? "always" : isWhole ? "complete" : "never",
    ...(values.only !== undefined && { only: values.only.split(",") }),
    ...(cores !== undefined && { cores: { proxy: cores[0] as number, load: cores[1] as number } }),
    ...(values.json !== undefined && { jsonFile: values.json }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string" },
        bodies: { type: "string" },
        connections: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        attempts: { type: "string" },
        cores: { type: "string" },
        source: { type: "boolean", default: false },
        json: { type: "string" },
        write: { type: "boolean", default: false },
        "no-write": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least) {
    throw new UsageError(`--${option} takes whole numbers from ${least}, not "${text}"`);
  }
  return value;
}

const numbers = (option: string, text: string, least: number): readonly number[] =>
  text.split(",").map((item) => number(option, item, least));
