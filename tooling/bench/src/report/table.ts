import type { Figures, Row } from "../row.ts";
import { shortOutcome } from "./report.ts";

/** The head and the lines of a table, as text. */
export interface Table {
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

const missing = "–";

/** The figures of one case as text; `request` is what is counted. */
export function toTable(rows: readonly Row[], request = "request"): Table {
  return {
    head: ["proxy", "ratio", `${request}s/s`, "p50 ms", "p99 ms", `µs CPU/${request}`, "RSS MiB", "rounds"],
    lines: rows.map(toLine),
  };
}

function toLine(row: Row): readonly string[] {
  const rounds = `${row.roundsCounted}/${row.roundsRun}`;
  if (row.outcome.type !== "measured") {
    return [row.title, ...Array.from({ length: 6 }, () => missing), `${rounds}, ${shortOutcome(row)}`];
  }
  const { figures } = row.outcome;
  return [
    row.title,
    ratioText(figures) ?? missing,
    speedText(figures),
    figures.p50Ms.toFixed(2),
    figures.p99Ms.toFixed(2),
    figures.processorUs.toFixed(1),
    figures.residentBytes === undefined ? missing : (figures.residentBytes / 1024 / 1024).toFixed(0),
    rounds,
  ];
}

/** With a mark where it is of processor time; undefined without a ratio. */
export const ratioText = ({ ratio, ratioOf }: Figures): string | undefined =>
  ratio === undefined ? undefined : `${ratioOf === "processor-time" ? "* " : ""}${ratio.toFixed(2)}`;

/** Where the load bounded it, the proxy could have served more. */
export const speedText = ({ requestsPerSecond, bound }: Figures): string =>
  `${bound === "load" ? "≥ " : ""}${Math.round(requestsPerSecond).toLocaleString("en")}`;

/** What the marks of a table mean, when there are any; empty otherwise. */
export const marksText = (rows: readonly Row[], request = "request"): string =>
  rows.some(({ outcome }) => outcome.type === "measured" && ratioText(outcome.figures)?.startsWith("*"))
    ? `* of processor time per ${request}: the load could not keep one of the two busy (≥), so that ${request}s/s are the load's.`
    : "";

const columnWidths = ({ head, lines }: Table): readonly number[] =>
  head.map((title, column) => Math.max(3, title.length, ...lines.map((line) => line[column]?.length ?? 0)));

/** The first column begins at the left, numbers end at the right. */
const padded = (cells: readonly string[], widths: readonly number[]): readonly string[] =>
  cells.map((cell, column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
  );

/** For a terminal. */
export function terminalTable(table: Table): string {
  const widths = columnWidths(table);
  return [table.head, ...table.lines].map((cells) => padded(cells, widths).join("  ").trimEnd()).join("\n");
}

/** For Markdown, readable as it is. */
export function markdownTable(table: Table): string {
  const escaped = {
    head: table.head,
    lines: table.lines.map((line) => line.map((cell) => cell.replaceAll("|", "\\|"))),
  };
  const widths = columnWidths(escaped);
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const lines = [padded(escaped.head, widths), rule, ...escaped.lines.map((line) => padded(line, widths))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
