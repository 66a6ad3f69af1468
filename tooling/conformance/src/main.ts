import { runCommand, UsageError } from "@monolake/command-line";
import { findProgram } from "@monolake/test-kit";
import type { ConformanceCase } from "./cases/conformance-case.ts";
import { plainCasesFor, projectCaseFiles, readCases } from "./cases/read-cases.ts";
import { type ConformanceOptions, parseCommandLine, usage } from "./command-line.ts";
import { differenceLines, differentialTable } from "./differential/differential-report.ts";
import { mutatedCases } from "./differential/mutated-cases.ts";
import { haproxyReader } from "./differential/readers/haproxy-reader.ts";
import { nginxReader } from "./differential/readers/nginx-reader.ts";
import { nodeReader } from "./differential/readers/node-reader.ts";
import type { ReaderKind } from "./differential/readers/reader.ts";
import { scriptedReader } from "./differential/readers/scripted-reader.ts";
import { runDifferential } from "./differential/run-differential.ts";
import { haproxy } from "./proxies/haproxy.ts";
import { monolake } from "./proxies/monolake.ts";
import { nginx } from "./proxies/nginx.ts";
import type { ProxyKind, ProxyUnderTest } from "./proxies/proxy.ts";
import { foreignProxy, startProxy } from "./proxies/start-proxy.ts";
import { countsTable, failureLines, isGood, type ProxyReport } from "./report.ts";
import { runCases } from "./run-cases.ts";

const others: readonly ProxyKind[] = [nginx, haproxy];
const readers: readonly ReaderKind[] = [scriptedReader, nodeReader, nginxReader, haproxyReader];
/** Payloads at a time, for each make of upstream. */
const lanesOfEach = 4;

function kindsFor({ against }: ConformanceOptions): readonly ProxyKind[] {
  return against.map((id) => {
    const kind = others.find((one) => one.id === id);
    if (kind === undefined)
      throw new UsageError(`unknown proxy ${id}; there are: ${others.map((one) => one.id)}`);
    if (kind.needs !== undefined && findProgram(kind.needs.program) === undefined)
      throw new UsageError(
        `${kind.title} is not installed; on Debian: apt install ${kind.needs.debianPackage}`,
      );
    return kind;
  });
}

function casesFor({ caseFiles, only }: ConformanceOptions): readonly ConformanceCase[] {
  const cases = readCases(caseFiles ?? projectCaseFiles);
  const chosen =
    only === undefined ? cases : cases.filter(({ name }) => only.some((one) => name.startsWith(one)));
  if (chosen.length === 0) throw new UsageError("there is no such case");
  return chosen;
}

async function reportOn(
  proxy: ProxyUnderTest,
  cases: readonly ConformanceCase[],
  options: ConformanceOptions,
): Promise<ProxyReport> {
  const plain = await runCases(plainCasesFor(cases), proxy, options);
  const down = plain.filter(({ problems }) => problems.length > 0);
  return { title: proxy.title, results: await runCases(cases, proxy, options), down };
}

async function differential(options: ConformanceOptions): Promise<boolean> {
  const given = casesFor(options);
  const cases = [...given, ...mutatedCases(given, options.mutate, options.seed)];
  const missing = readers.filter(
    ({ program }) => program !== undefined && findProgram(program) === undefined,
  );
  for (const { title } of missing) console.log(`skipped ${title}: not installed`);
  const running = readers.filter((kind) => !missing.includes(kind));
  const reports = await Promise.all(
    running.map(async (kind) => {
      await using reader = await kind.start(lanesOfEach);
      return { title: kind.title, results: await runDifferential(cases, reader, options) };
    }),
  );
  for (const line of reports.flatMap(differenceLines)) console.log(line);
  console.log(`\n${differentialTable(reports)}`);
  return reports.every(({ results }) => results.every(({ differences }) => differences.length === 0));
}

async function conformance(options: ConformanceOptions): Promise<boolean> {
  const cases = casesFor(options);
  const kinds = kindsFor(options);
  const reports: ProxyReport[] = [];
  {
    await using ours =
      options.proxy === undefined
        ? await startProxy(monolake, options.lanes, options)
        : await foreignProxy(options.proxy.port, options.proxy.upstreamPort);
    reports.push(await reportOn(ours, cases, options));
  }
  for (const kind of kinds) {
    await using other = await startProxy(kind, options.lanes, { mode: "strict" });
    reports.push(await reportOn(other, cases, { ...options, mode: "strict" }));
  }
  const [ours] = reports as [ProxyReport];
  for (const line of reports.flatMap(failureLines)) console.log(line);
  console.log(`\n${cases.length} cases, ${options.mode}\n${countsTable(reports, cases)}`);
  return isGood(ours);
}

const run = (options: ConformanceOptions) => (options.differential ? differential : conformance)(options);

await runCommand({ name: "conformance", usage, parse: parseCommandLine, run });
