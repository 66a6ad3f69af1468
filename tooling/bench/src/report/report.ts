import { type BenchCase, caseText } from "../bench-case.ts";
import type { Environment } from "../environment.ts";
import type { Entry, Row } from "../row.ts";

/** One case, measured. */
export interface CaseReport extends BenchCase {
  readonly rows: readonly Row[];
  /** Every sample behind the rows. */
  readonly entries: readonly Entry[];
}

/** How it was measured. */
export interface ReportSettings {
  readonly rounds: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** A whole run. */
export interface Report {
  readonly environment: Environment;
  readonly settings: ReportSettings;
  readonly cases: readonly CaseReport[];
  /** Contestants that this machine does not have, and why. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** What is wrong with a report, a line each; a report without such lines can be published. */
export const reportProblems = ({ cases }: Report, yardstick: string): readonly string[] =>
  cases.flatMap(({ rows, ...benchCase }) => {
    const hasYardstick = rows.some(({ id }) => id === yardstick);
    return rows.flatMap((row) => {
      const problem = outcomeText(row) || (hasYardstick ? ratioProblem(row) : "");
      return problem === "" ? [] : [`${row.title}, ${caseText(benchCase)}: ${problem}`];
    });
  });

/** Why a row that has figures has no ratio; empty when it has one. */
const ratioProblem = ({ outcome }: Row): string =>
  outcome.type === "measured" && outcome.figures.ratio === undefined
    ? "no ratio (too few rounds in which the yardstick reached its load, too)"
    : "";

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The same in two words, for a table or a chart: `not loaded`. */
export const shortOutcome = ({ outcome }: Row): string => outcome.type.replace("-", " ");

/** Why a row has no figures; empty when it has. */
function outcomeText({ outcome }: Row): string {
  switch (outcome.type) {
    case "measured":
      return "";
    case "not-loaded":
      return `not loaded (the proxy had ${percent(outcome.proxyShare)} of its core, the load ${percent(outcome.loadShare)})`;
    case "wrong-answers":
      return `${outcome.errors.toLocaleString("en")} wrong or missing answers`;
    case "failed":
      return `failed: ${outcome.message}`;
    default: {
      const never: never = outcome;
      throw new TypeError(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}
