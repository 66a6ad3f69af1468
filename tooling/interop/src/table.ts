import { combinationText } from "./combination.ts";
import { type Comparison, differencesOf } from "./compare.ts";
import type { Check } from "./peer.ts";

const widths = [10, 10, 27, 10, 10];

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join(" ")
    .trimEnd();

/** `57`, or `56 of 57` when a check failed; how the client ended is not counted. */
const countText = (checks: readonly Check[]): string => {
  const counted = checks.slice(0, -1);
  const passed = counted.filter((check) => check.passed).length;
  return passed === counted.length ? String(passed) : `${passed} of ${counted.length}`;
};

/** The titles of the columns. */
export const tableHead = line(["client", "server", "combination", "direct", "gateway", "result"]);

/** One line for people, and below it what differs and what failed both ways. */
export function tableLine(comparison: Comparison): string {
  const differences = differencesOf(comparison);
  const { client, server, combination, direct, throughGateway } = comparison;
  const failed = direct.filter(({ passed }) => !passed).map(({ text }) => `both ways:    ${text}`);
  return [
    line([
      client,
      server,
      combinationText(combination),
      countText(direct),
      countText(throughGateway),
      differences.length === 0 ? "equal" : "DIFFERENT",
    ]),
    ...[...differences, ...(differences.length === 0 ? failed : [])].map(
      (text) => `    ${text.slice(0, 300)}`,
    ),
  ].join("\n");
}
