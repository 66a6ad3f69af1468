import { caseText } from "../bench-case.ts";
import { environmentText } from "../environment.ts";
import type { Suite } from "../suites/suite.ts";
import type { Report } from "./report.ts";
import { markdownTable, marksText, toTable } from "./table.ts";

const introduction = (
  { rounds, warmupMs, measureMs }: Report["settings"],
  { fileName, texts: { heading, request, yardstick, counts, load } }: Pick<Suite, "fileName" | "texts">,
): string => `# ${heading}

![${request}s per second in relation to ${yardstick}](${fileName}.svg)

${load}

The proxies take turns within every round, so that what else happens on the machine hits all of them: ${rounds} rounds of
${measureMs / 1000} s, each after ${warmupMs / 1000} s of warming up, and one before that is not counted. A round counts only when
${counts}; it is repeated otherwise.

- **ratio**: ${request}s/s in relation to ${yardstick} in the same round, the median of all rounds
- **${request}s/s**, **p50**, **p99**: medians of the rounds
- **µs CPU/${request}**: processor time of the proxy with the kernel's part, in the best round
- **RSS**: memory at the end, all processes of the proxy
- **rounds**: how many counted

\`pnpm bench\` measures again and writes this page: see [tooling/bench](../../tooling/bench/README.md).
`;

/** The page of a suite in docs/benchmarks. */
export function toMarkdown(report: Report, suite: Pick<Suite, "fileName" | "texts">): string {
  const { request } = suite.texts;
  const sections = report.cases.map(({ rows, ...benchCase }) => {
    const marks = marksText(rows, request).replace("*", "\\*");
    const table = markdownTable(toTable(rows, request));
    return `## ${caseText(benchCase)}\n\n${table}\n${marks === "" ? "" : `\n${marks}\n`}`;
  });
  const reasons = Object.entries(report.skipped).map(
    ([title, reason]) => `\nNot measured: ${title}, ${reason}\n`,
  );
  return [
    introduction(report.settings, suite),
    ...sections,
    `## Machine and versions\n\n${environmentText(report.environment)}\n${reasons.join("")}`,
  ].join("\n");
}
