import { type ConformanceCase, groupOf, type Level } from "./cases/conformance-case.ts";
import type { CaseResult } from "./run-case.ts";

/** All cases with one proxy. */
export interface ProxyReport {
  readonly title: string;
  readonly results: readonly CaseResult[];
  /** Plain cases that failed: nothing counts then. */
  readonly down: readonly CaseResult[];
}

const levels: readonly Level[] = ["MUST", "SHOULD", "policy", "MAY"];

/** Failures of these levels make a run fail. */
const binding = new Set<Level>(["MUST", "SHOULD", "policy"]);

/** How many cases of a proxy passed; none when it does not even serve plain requests. */
export const passedOf = ({ results, down }: ProxyReport): number =>
  down.length > 0 ? 0 : results.filter(({ problems }) => problems.length === 0).length;

/** Whether a proxy does all that it must. */
export const isGood = ({ results, down }: ProxyReport): boolean =>
  down.length === 0 &&
  results.length > 0 &&
  results.every(({ case: { level }, problems }) => problems.length === 0 || !binding.has(level));

/** Passed and all cases by level and by group, one column for each proxy. */
export function countsTable(reports: readonly ProxyReport[], cases: readonly ConformanceCase[]): string {
  const groups = [...new Set(cases.map(groupOf))];
  const rows: (readonly [string, (one: ConformanceCase) => boolean])[] = [
    ...levels.map((level) => [level, (one: ConformanceCase) => one.level === level] as const),
    ...groups.map((group) => [group, (one: ConformanceCase) => groupOf(one) === group] as const),
    ["all", () => true],
  ];
  const table = [
    ["", ...reports.map(({ title }) => title)],
    ...rows
      .filter(([, belongs]) => cases.some(belongs))
      .map(([name, belongs]) => [name, ...reports.map((report) => count(report, belongs))]),
  ];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function count({ results, down }: ProxyReport, belongs: (one: ConformanceCase) => boolean): string {
  const some = results.filter((result) => belongs(result.case));
  const passed = down.length > 0 ? 0 : some.filter(({ problems }) => problems.length === 0).length;
  return `${passed}/${some.length}`;
}

/** Every failure of a proxy, with what was seen. */
export function failureLines({ title, results, down }: ProxyReport): readonly string[] {
  return [
    ...down.map((result) => `${title} DOWN ${lineOf(result)}`),
    ...results
      .filter(({ problems }) => problems.length > 0)
      .map((result) => `${title} FAILED ${lineOf(result)}`),
  ];
}

const lineOf = ({ case: { name, level, source }, problems }: CaseResult): string =>
  `${name} (${level}, ${source}): ${problems.join("; ")}`;
