import { type ConfigProblem, formatPath } from "./problem.ts";

/** How problems are shown. */
export interface FormatProblemsOptions {
  /** Colour with ANSI escapes. Default false. */
  readonly color?: boolean;
}

/**
 * Problems for people: one block each, with the line of the file and a mark under the place. Ends with a line feed,
 * unless there is nothing to show. Control characters of the file are not passed on to the terminal.
 */
export function formatProblems(
  problems: readonly ConfigProblem[],
  options: FormatProblemsOptions = {},
): string {
  const paint = options.color === true ? colored : plain;
  return problems.map((problem) => `${formatProblem(problem, paint)}\n`).join("\n");
}

type Style = "error" | "warning" | "strong" | "faint";
type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, number>> = { error: 31, warning: 33, strong: 1, faint: 2 };
const colored: Paint = (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;
const plain: Paint = (_style, text) => text;

function formatProblem(problem: ConfigProblem, paint: Paint): string {
  const { position, excerpt, severity, path } = problem;
  const line = `${position.line}`;
  const margin = " ".repeat(line.length);
  const place = visible(`${position.file}:${position.line}:${position.column}`);
  const where = path.length === 0 ? "" : ` ${paint("faint", `(${visible(formatPath(path))})`)}`;
  const mark = paint(
    severity,
    "^".repeat(countCharacters(excerpt.text.slice(excerpt.start, excerpt.start + excerpt.length))),
  );
  return [
    `${paint("strong", place)} ${paint(severity, severity)}: ${visible(problem.message)}${where}`,
    `  ${paint("faint", `${line} |`)} ${visible(excerpt.text)}`,
    `  ${paint("faint", `${margin} |`)} ${indent(excerpt.text.slice(0, excerpt.start))}${mark}`,
  ].join("\n");
}

/** What would move the cursor, change colours or turn the direction of text is shown as a replacement character. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => (char === "\t" ? char : "\uFFFD"));

/** As wide as the text before the mark: tabs stay tabs. */
const indent = (before: string): string => visible(before).replace(/[^\t]/gu, " ");

const countCharacters = (text: string): number => Math.max(1, [...text].length);
