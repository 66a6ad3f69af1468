import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, temporaryFolder } from "@monolake/test-kit";
import { caseText } from "./bench-case.ts";
import type { BenchOptions } from "./command-line.ts";
import {
  type Contestant,
  missingProgram,
  type RunningContestant,
  repositoryPath,
  startContestant,
} from "./contestants/contestant.ts";
import { environmentText, readEnvironment } from "./environment.ts";
import { runLoad } from "./load-program.ts";
import { toSvg } from "./report/chart.ts";
import { toMarkdown } from "./report/markdown.ts";
import { type CaseReport, type Report, reportProblems } from "./report/report.ts";
import { marksText, terminalTable, toTable } from "./report/table.ts";
import { toRows } from "./row.ts";
import { type RunSettings, runCase } from "./run-case.ts";
import type { Suite } from "./suites/suite.ts";
import { findUpstreamPort } from "./upstream-port.ts";

/** Where a suite runs, and with which load program. */
export interface SuitePlace {
  readonly cores: { readonly proxy: number; readonly load: number };
  readonly loadProgram: string;
  /** Takes what is started. */
  readonly cleanup: AsyncDisposableStack;
}

/** The proxies that could be started, and why others could not. */
interface StartList {
  readonly running: readonly RunningContestant[];
  readonly skipped: Readonly<Record<string, string>>;
  readonly failed: readonly string[];
}

/** Measures all cases of a suite, and writes its report. False: something in it cannot be relied on. */
export async function runSuite(suite: Suite, options: BenchOptions, place: SuitePlace): Promise<boolean> {
  const environment = readEnvironment(suite.versioned);
  const { cores, loadProgram, cleanup } = place;
  console.log(
    `${environmentText(environment)}\nproxies on core ${cores.proxy}, load on core ${cores.load}\n`,
  );
  const upstreamPort = await findUpstreamPort();
  const { running, skipped, failed } = await startAll(contestantsOf(suite, options), {
    core: cores.proxy,
    upstreamPort,
    cleanup,
  });
  for (const [title, reason] of Object.entries(skipped)) console.log(`skipped ${title}: ${reason}`);
  const { rounds, warmupMs, measureMs, attempts } = options;
  const timing = { rounds, warmupMs, measureMs };
  const cases = await runCases(suite, options, {
    running,
    settings: {
      ...timing,
      attempts,
      loadCore: cores.load,
      upstreamPort,
      runLoad: (load) => (suite.runLoad ?? runLoad)(loadProgram, load),
    },
  });
  const report: Report = { environment, settings: timing, cases, skipped };
  const problems = [...failed, ...reportProblems(report, suite.yardstick)];
  for (const problem of problems) console.log(`FAILED ${problem}`);
  writeReport(suite, report, { ...options, isGood: problems.length === 0 });
  return problems.length === 0;
}

/** Those that were asked for. */
export function contestantsOf(
  suite: Suite,
  { only, monolakeFrom }: Pick<BenchOptions, "only" | "monolakeFrom">,
): readonly Contestant[] {
  return suite
    .contestants(monolakeFrom)
    .filter(({ id, onlyWhenNamed }) => (only === undefined ? onlyWhenNamed !== true : only.includes(id)));
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

async function runCases(
  suite: Suite,
  { choice }: BenchOptions,
  {
    running,
    settings,
  }: {
    readonly running: readonly RunningContestant[];
    readonly settings: Omit<RunSettings, "onProgress">;
  },
): Promise<readonly CaseReport[]> {
  const reports: CaseReport[] = [];
  for (const benchCase of suite.cases(choice)) {
    const text = caseText(benchCase);
    const taking = running.filter(({ contestant }) => contestant.takesPart?.(benchCase) ?? true);
    const onProgress = (progress: string) => console.log(`${text}: ${progress}`);
    const entries = await runCase(benchCase, taking, { ...settings, onProgress });
    const rows = toRows(entries, suite.yardstick);
    const { request } = suite.texts;
    console.log(`\n${terminalTable(toTable(rows, request))}\n${marksText(rows, request)}\n`);
    reports.push({ ...benchCase, rows, entries });
  }
  return reports;
}

/** Measured numbers are not more exact than that. */
const sixDigits = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

function writeReport(
  { fileName, texts }: Suite,
  report: Report,
  { jsonFile, write, isGood }: Pick<BenchOptions, "jsonFile" | "write"> & { readonly isGood: boolean },
): void {
  const json = `${JSON.stringify(report, sixDigits, 2)}\n`;
  if (jsonFile !== undefined) writeFileSync(jsonFile, json);
  if (write === "never") return;
  if (write === "complete" && !isGood) {
    console.log("docs/benchmarks is left as it was; --write writes it all the same");
    return;
  }
  const folder = repositoryPath("docs/benchmarks");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${fileName}.json`), json);
  writeFileSync(join(folder, `${fileName}.md`), toMarkdown(report, { fileName, texts }));
  writeFileSync(join(folder, `${fileName}.svg`), toSvg(report, texts));
  console.log(`wrote docs/benchmarks/${fileName}.{json,md,svg}`);
}
