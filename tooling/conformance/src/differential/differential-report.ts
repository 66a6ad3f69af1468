import type { DifferentialResult } from "./run-differential.ts";

/** All payloads with upstreams of one make. */
export interface DifferentialReport {
  readonly title: string;
  readonly results: readonly DifferentialResult[];
}

/** Every difference, with what was sent and what was read. */
export const differenceLines = ({ title, results }: DifferentialReport): readonly string[] =>
  results
    .filter(({ differences }) => differences.length > 0)
    .map(
      ({ case: { name, send, upstreamScript }, differences }) =>
        `${title} DIFFERS ${name}: ${differences.join("; ")}\n  ${JSON.stringify({ send, upstreamScript }).slice(0, 2_000)}`,
    );

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** A line for each make: payloads, requests that the gateway believes it has sent, requests that were read, differences. */
export function differentialTable(reports: readonly DifferentialReport[]): string {
  const rows = [
    ["upstream", "payloads", "sent", "read", "differences"],
    ...reports.map(({ title, results }) => [
      title,
      String(results.length),
      String(sum(results.map(({ sent }) => sent))),
      String(sum(results.map(({ read }) => read))),
      String(sum(results.map(({ differences }) => differences.length))),
    ]),
  ];
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
