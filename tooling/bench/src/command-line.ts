import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseOptions, UsageError, wholeNumber, wholeNumbers } from "@monolake/command-line";
import { http } from "./suites/http.ts";
import { http2 } from "./suites/http2.ts";
import { https } from "./suites/https.ts";
import type { CaseChoice, Suite } from "./suites/suite.ts";
import { thrift } from "./suites/thrift.ts";

const allSuites: readonly Suite[] = [http, https, http2, thrift];

/** What the command line asks for. */
export interface BenchOptions {
  readonly rounds: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly attempts: number;
  /** What is measured, one after the other. */
  readonly suites: readonly Suite[];
  /** Left out: those that the suite has. */
  readonly choice: CaseChoice;
  /** Ids of contestants. Left out: all. */
  readonly only?: readonly string[];
  /** Where the proxy's and the load's threads run. Left out: the last and the first core. */
  readonly cores?: { readonly proxy: number; readonly load: number };
  readonly monolakeFrom: "build" | "sources";
  readonly jsonFile?: string;
  /** The folder of another checkout, which this one is compared with. */
  readonly beside?: string;
  /** Whether docs/benchmarks is written: of a whole run, if it succeeds; always; never. */
  readonly write: "complete" | "always" | "never";
}

/** What `--help` prints. */
export const usage = `usage: pnpm bench [options]

  --protocol NAME     http, https, http2 or thrift (all, one after the other)
  --rounds N          rounds of each case (15)
  --bodies BYTES,...  body sizes (HTTP: 1024,65536; HTTP/2: 1024; Thrift: 128,4096)
  --connections N,... numbers of connections (HTTP: 64,1024; HTTP/2: 8; Thrift: 64)
  --depths N,...      calls or streams in flight on each connection (Thrift: 1,16; HTTP/2: 16)
  --only ID,...       only these proxies, for instance monolake,nginx
  --quick             one short round of each case: shows that everything works, measures nothing
  --attempts N        how often a round is tried until it reaches its load (4)
  --cores PROXY,LOAD  the two cores (the last and the first one)
  --source            run Monolake from its sources, without a build
  --beside FOLDER     compare Monolake with that of another checkout, both at the same time: what a change costs or saves
  --json FILE         write the report as JSON, with every sample
  --write             write docs/benchmarks even if the run was partial or something was wrong
  --no-write          never write docs/benchmarks
`;

/** Short rounds, and many: what else happens on the machine lasts longer than one, and hits all proxies in it. */
const normal = { rounds: 15, warmupMs: 200, measureMs: 400 };
const quick = { rounds: 1, warmupMs: 50, measureMs: 250 };

/** Reads a command line (without node and script); `"help"` when that is what it asks for. Throws {@link UsageError}. */
export function parseCommandLine(args: readonly string[]): BenchOptions | "help" {
  const values = parseOptions(args, {
    protocol: { type: "string" },
    depths: { type: "string" },
    rounds: { type: "string" },
    bodies: { type: "string" },
    connections: { type: "string" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    attempts: { type: "string" },
    cores: { type: "string" },
    source: { type: "boolean", default: false },
    json: { type: "string" },
    beside: { type: "string" },
    write: { type: "boolean", default: false },
    "no-write": { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const pace = values.quick ? quick : normal;
  const { quick: isQuick, only, bodies, connections, depths } = values;
  const isWhole = !isQuick && !only && !bodies && !connections && !depths && !values.rounds;
  const suites = values.protocol === undefined ? allSuites : [suiteNamed(values.protocol)];
  if (values.json !== undefined && suites.length > 1) {
    throw new UsageError("--json takes the report of one suite: add --protocol");
  }
  const cores = values.cores === undefined ? undefined : wholeNumbers("cores", values.cores, 0);
  if (cores !== undefined && (cores.length !== 2 || cores[0] === cores[1])) {
    throw new UsageError("--cores takes two different numbers: PROXY,LOAD");
  }
  return {
    ...pace,
    rounds: values.rounds === undefined ? pace.rounds : wholeNumber("rounds", values.rounds, 1),
    attempts:
      values.attempts === undefined ? (values.quick ? 1 : 4) : wholeNumber("attempts", values.attempts, 1),
    suites,
    choice: {
      ...(bodies !== undefined && { bodies: wholeNumbers("bodies", bodies, 0) }),
      ...(connections !== undefined && { connections: wholeNumbers("connections", connections, 1) }),
      ...(depths !== undefined && { depths: wholeNumbers("depths", depths, 1) }),
    },
    monolakeFrom: values.source ? "sources" : "build",
    write: values["no-write"] ? "never" : values.write ? "always" : isWhole ? "complete" : "never",
    ...(only !== undefined && { only: only.split(",") }),
    ...(cores !== undefined && { cores: { proxy: cores[0] as number, load: cores[1] as number } }),
    ...(values.json !== undefined && { jsonFile: values.json }),
    ...(values.beside !== undefined && { beside: checkout(values.beside) }),
  };
}

/** Of a path that somebody wrote. Throws {@link UsageError} where no checkout is. */
function checkout(path: string): string {
  const folder = resolve(path);
  if (existsSync(join(folder, "apps/monolake/src/main.ts"))) return folder;
  throw new UsageError(`--beside takes the folder of a checkout of this repository, which ${folder} is not`);
}

function suiteNamed(id: string): Suite {
  const suite = allSuites.find((candidate) => candidate.id === id);
  if (suite !== undefined) return suite;
  throw new UsageError(`--protocol takes ${allSuites.map((item) => item.id).join(" or ")}, not "${id}"`);
}
