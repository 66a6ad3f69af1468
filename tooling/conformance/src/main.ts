import { findProgram } from "@monolake/test-kit";
import type { ConformanceCase } from "./cases/conformance-case.ts";
import { plainCasesFor, projectCaseFiles, readCases } from "./cases/read-cases.ts";
import { type ConformanceOptions, parseCommandLine, UsageError, usage } from "./command-line.ts";
import { haproxy } from "./proxies/haproxy.ts";
import { monolake } from "./proxies/monolake.ts";
import { nginx } from "./proxies/nginx.ts";
import type { ProxyKind, ProxyUnderTest } from "./proxies/proxy.ts";
import { foreignProxy, startProxy } from "./proxies/start-proxy.ts";
import { countsTable, failureLines, isGood, type ProxyReport } from "./report.ts";
import { runCases } from "./run-cases.ts";

const others: readonly ProxyKind[] = [nginx, haproxy];

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

async function conformance(options: ConformanceOptions): Promise<boolean> {
  const cases = casesFor(options);
  const kinds = kindsFor(options);
  const reports: ProxyReport[] = [];
  {
    await using ours =
      options.proxy === undefined
        ? await startProxy(monolake, options.lanes, options.mode)
        : await foreignProxy(options.proxy.port, options.proxy.upstreamPort);
    reports.push(await reportOn(ours, cases, options));
  }
  for (const kind of kinds) {
    await using other = await startProxy(kind, options.lanes, "strict");
    reports.push(await reportOn(other, cases, { ...options, mode: "strict" }));
  }
  const [ours] = reports as [ProxyReport];
  for (const line of reports.flatMap(failureLines)) console.log(line);
  console.log(`\n${cases.length} cases, ${options.mode}\n${countsTable(reports, cases)}`);
  return isGood(ours);
}

try {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === "help") process.stdout.write(usage);
  else if (!(await conformance(options))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof UsageError ? `conformance: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
