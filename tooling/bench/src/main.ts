import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram, freePort, temporaryFolder } from "@monolake/test-kit";
import { type BenchCase, caseText } from "./bench-case.ts";
import { type BenchOptions, parseCommandLine, UsageError, usage } from "./command-line.ts";
import {
  type Contestant,
  missingProgram,
  type RunningContestant,
  repositoryPath,
  startContestant,
} from "./contestants/contestant.ts";
import { allContestants, yardstick } from "./contestants/index.ts";
import { environmentText, readEnvironment } from "./environment.ts";
import { compileLoadProgram } from "./load-program.ts";
import { allowedCores } from "./processes.ts";
import { toSvg } from "./report/chart.ts";
import { toMarkdown } from "./report/markdown.ts";
import { type CaseReport, type Report, reportProblems } from "./report/report.ts";
import { terminalTable, toTable } from "./report/table.ts";
import { toRows } from "./row.ts";
import { type RunSettings, runCase } from "./run-case.ts";
import { findUpstreamPort } from "./upstream-port.ts";

/** The proxies that could be started, and why others could not. */
interface StartList {
  readonly running: readonly RunningContestant[];
  readonly skipped: Readonly<Record<string, string>>;
  readonly failed: readonly string[];
}

function chooseContestants({ only, monolakeFrom }: BenchOptions): readonly Contestant[] {
  const all = allContestants(monolakeFrom);
  const ids = all.map(({ id }) => id);
  const unknown = only?.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`unknown proxy ${unknown}; there are: ${ids.join(", ")}`);
  return only === undefined ? all : all.filter(({ id }) => only.includes(id));
}

function chooseCores({ cores }: BenchOptions): { readonly proxy: number; readonly load: number } {
  if (process.platform !== "linux" || findProgram("taskset") === undefined) {
    throw new UsageError(
      "needs Linux and taskset (Debian package util-linux) to give every side a core of its own",
    );
  }
  const allowed = allowedCores();
  const { proxy = allowed.at(-1), load = allowed[0] } = cores ?? {};
  if (proxy === undefined || load === undefined || proxy === load) {
    throw new UsageError("needs two cores, one for the proxy and one for the load");
  }
  return { proxy, load };
}

function buildMonolake(): void {
  console.log("building Monolake");
  const turbo = repositoryPath("node_modules/.bin/turbo");
  const { status } = spawnSync(turbo, ["run", "build", "--filter=monolake", "--output-logs=errors-only"], {
    cwd: repositoryPath(""),
    stdio: ["ignore", "inherit", "inherit"],
  });
  // turbo needs pnpm on the PATH, which it is in a script of pnpm's.
  if (status !== 0)
    throw new UsageError("Monolake could not be built; start this with `pnpm bench`, or use --source");
}

async function startAll(
  contestants: readonly Contestant[],
  { core, upstreamPort, cleanup }: { core: number; upstreamPort: number; cleanup: AsyncDisposableStack },
): Promise<StartList> {
  const running: RunningContestant[] = [];
  const skipped: Record<string, string> = {};
  const failed: string[] = [];
  for (const contestant of contestants) {
    const missing = missingProgram(contestant);
    if (missing !== undefined) {
      skipped[contestant.title] = missing;
      continue;
    }
    const folder = cleanup.use(await temporaryFolder());
    const write = (name: string, content: string) => folder.write(name, content);
    const place = { listenPort: await freePort(), upstreamPort, folder: folder.path, write, core };
    try {
      running.push(cleanup.use(await startContestant(contestant, place)));
    } catch (error) {
      failed.push(`${contestant.title}: ${(error as Error).message}`);
    }
  }
  return { running, skipped, failed };
}

const casesOf = ({ bodies, connections }: BenchOptions): readonly BenchCase[] =>
  bodies.flatMap((bodyBytes) => connections.map((count) => ({ bodyBytes, connections: count })));

async function runCases(
  options: BenchOptions,
  running: readonly RunningContestant[],
  settings: Omit<RunSettings, "onProgress">,
): Promise<readonly CaseReport[]> {
  const reports: CaseReport[] = [];
  for (const benchCase of casesOf(options)) {
    const text = caseText(benchCase);
    const taking = running.filter(({ contestant }) => contestant.takesPart?.(benchCase) ?? true);
    const onProgress = (progress: string) => console.log(`${text}: ${progress}`);
    const entries = await runCase(benchCase, taking, { ...settings, onProgress });
    const rows = toRows(entries, yardstick);
    console.log(`\n${terminalTable(toTable(rows))}\n`);
    reports.push({ ...benchCase, rows, entries });
  }
  return reports;
}

/** Measured numbers are not more exact than that. */
const sixDigits = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

function writeReport(report: Report, options: BenchOptions, isGood: boolean): void {
  const json = `${JSON.stringify(report, sixDigits, 2)}\n`;
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, json);
  if (options.write === "never") return;
  if (options.write === "complete" && !isGood) {
    console.log("docs/benchmarks is left as it was; --write writes it all the same");
    return;
  }
  const folder = repositoryPath("docs/benchmarks");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "http1.json"), json);
  writeFileSync(join(folder, "http1.md"), toMarkdown(report));
  writeFileSync(join(folder, "http1.svg"), toSvg(report));
  console.log("wrote docs/benchmarks/http1.{json,md,svg}");
}

/** Takes the contestants and their folders along when somebody stops the run. */
function stopOnSignal(cleanup: AsyncDisposableStack): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void cleanup.disposeAsync().finally(() => process.exit(1)));
  }
}

async function bench(options: BenchOptions): Promise<boolean> {
  const contestants = chooseContestants(options);
  const cores = chooseCores(options);
  const loadProgram = await compileLoadProgram();
  if (options.monolakeFrom === "build" && contestants.some(({ id }) => id === "monolake")) buildMonolake();
  const environment = readEnvironment();
  console.log(
    `${environmentText(environment)}\nproxies on core ${cores.proxy}, load on core ${cores.load}\n`,
  );

  await using cleanup = new AsyncDisposableStack();
  stopOnSignal(cleanup);
  const upstreamPort = await findUpstreamPort();
  const { running, skipped, failed } = await startAll(contestants, {
    core: cores.proxy,
    upstreamPort,
    cleanup,
  });
  for (const [title, reason] of Object.entries(skipped)) console.log(`skipped ${title}: ${reason}`);
  const { rounds, warmupMs, measureMs, attempts } = options;
  const timing = { rounds, warmupMs, measureMs };
  const cases = await runCases(options, running, {
    ...timing,
    attempts,
    loadCore: cores.load,
    upstreamPort,
    loadProgram,
  });
  const report: Report = { environment, settings: timing, cases, skipped };
  const problems = [...failed, ...reportProblems(report, yardstick)];
  for (const problem of problems) console.log(`FAILED ${problem}`);
  writeReport(report, options, problems.length === 0);
  return problems.length === 0;
}

try {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === "help") process.stdout.write(usage);
  else if (!(await bench(options))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof UsageError ? `bench: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
