import { parseOptions, UsageError, wholeNumber } from "@monolake/command-line";
import type { Mode } from "./cases/conformance-case.ts";

/** What the command line asks for. */
export interface ConformanceOptions {
  readonly mode: Mode;
  /** Left out: those of the project. */
  readonly caseFiles?: readonly string[];
  /** Names of cases, or their beginnings. Left out: all. */
  readonly only?: readonly string[];
  /** Ids of proxies that are run beside ours. */
  readonly against: readonly string[];
  /** A proxy that runs already, instead of ours. */
  readonly proxy?: { readonly port: number; readonly upstreamPort: number };
  readonly lanes: number;
  /** How many requests may share an upstream connection of Monolake. */
  readonly pipelining?: number;
  readonly quick: boolean;
  readonly differential: boolean;
  /** How many payloads are made up for the differential, beside those of the cases. */
  readonly mutate: number;
  /** Of the first payload that is made up. */
  readonly seed: number;
}

/** What `--help` prints. */
export const usage = `usage: pnpm conformance [options]

  --cases FILE            other cases than those of the project; may be given more than once
  --only NAME,...         only cases whose names begin so
  --mode strict|compat    which outcomes count, and how Monolake is configured (strict)
  --against NAME,...      the same cases beside: nginx, haproxy
  --proxy PORT:UPSTREAM   a proxy that runs already on PORT and sends everything to port UPSTREAM,
                          where the scripted upstream will listen; instead of Monolake
  --pipelining DEPTH      lets Monolake's requests share upstream connections
  --lanes N               cases at a time (16)
  --quick                 stop watching a connection when all that is expected has come
  --differential          replay every payload and compare what Monolake says it has sent
                          with what upstreams of several makes have read
  --mutate N              ... and N payloads and upstream answers that are changed at random
  --seed N                of the first of them; the same seed makes the same (from the clock)
`;

/** Reads a command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
export function parseCommandLine(args: readonly string[]): ConformanceOptions | "help" {
  const values = parseOptions(args, {
    cases: { type: "string", multiple: true },
    only: { type: "string" },
    mode: { type: "string", default: "strict" },
    against: { type: "string" },
    proxy: { type: "string" },
    pipelining: { type: "string" },
    lanes: { type: "string", default: "16" },
    quick: { type: "boolean", default: false },
    differential: { type: "boolean", default: false },
    mutate: { type: "string" },
    seed: { type: "string" },
  });
  if (values.help) return "help";
  if (values.mode !== "strict" && values.mode !== "compat")
    throw new UsageError(`--mode takes strict or compat, not "${values.mode}"`);
  return {
    mode: values.mode,
    against: values.against?.split(",") ?? [],
    lanes: wholeNumber("lanes", values.lanes),
    quick: values.quick,
    differential: values.differential || values.mutate !== undefined,
    mutate: values.mutate === undefined ? 0 : wholeNumber("mutate", values.mutate),
    seed: values.seed === undefined ? Date.now() % 1_000_000_000 : wholeNumber("seed", values.seed),
    ...(values.pipelining !== undefined && { pipelining: wholeNumber("pipelining", values.pipelining) }),
    ...(values.cases !== undefined && { caseFiles: values.cases }),
    ...(values.only !== undefined && { only: values.only.split(",") }),
    ...(values.proxy !== undefined && { proxy: portsOf(values.proxy) }),
  };
}

function portsOf(text: string): { readonly port: number; readonly upstreamPort: number } {
  const [port = Number.NaN, upstreamPort = Number.NaN] = text.split(":").map(Number);
  if (!Number.isInteger(port) || !Number.isInteger(upstreamPort))
    throw new UsageError(`--proxy takes two ports, PORT:UPSTREAM, not "${text}"`);
  return { port, upstreamPort };
}
