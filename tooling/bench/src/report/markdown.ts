import { caseText } from "../bench-case.ts";
import { environmentText } from "../environment.ts";
import { leastShare } from "../sample.ts";
import type { Report } from "./report.ts";
import { markdownTable, toTable } from "./table.ts";

const introduction = ({ rounds, warmupMs, measureMs }: Report["settings"]): string => `# HTTP/1.1, one core

![Requests per second in relation to nginx](http1.svg)

Each proxy has one core. On another one a single thread that never sleeps is the clients and the upstream at once: every
connection sends its next request, with a head of about 330 bytes, as soon as the last one is answered. All proxies keep
their upstream connections, and none writes an access log. Status, length and every byte of all answers are checked, and
that they belong to their request.

The proxies take turns within every round, so that what else happens on the machine hits all of them: ${rounds} rounds of
${measureMs / 1000} s, each after ${warmupMs / 1000} s of warming up, and one before that is not counted. A round counts only when the proxy and the
load both had ${leastShare * 100} % of their core; it is repeated otherwise.

- **ratio**: requests/s in relation to nginx in the same round, the median of all rounds
- **requests/s**, **p50**, **p99**: medians of the rounds
- **µs CPU/request**: processor time of the proxy with the kernel's part, in the best round
- **RSS**: memory at the end, all processes of the proxy
- **rounds**: how many counted

\`pnpm bench\` measures again and writes this page: see [tooling/bench](../../tooling/bench/README.md).
`;

/** The page docs/benchmarks/http1.md. */
export function toMarkdown(report: Report): string {
  const sections = report.cases.map(
    (benchCase) => `## ${caseText(benchCase)}\n\n${markdownTable(toTable(benchCase.rows))}\n`,
  );
  const reasons = Object.entries(report.skipped).map(
    ([title, reason]) => `\nNot measured: ${title}, ${reason}\n`,
  );
  return [
    introduction(report.settings),
    ...sections,
    `## Machine and versions\n\n${environmentText(report.environment)}\n${reasons.join("")}`,
  ].join("\n");
}
