import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ConformanceCase } from "./conformance-case.ts";

const projectFile = (name: string): string => fileURLToPath(new URL(`../../cases/${name}`, import.meta.url));

/** The cases of the project. */
export const projectCaseFiles: readonly string[] = [
  projectFile("http1.jsonl"),
  projectFile("http1-more.jsonl"),
  projectFile("http1-corners.jsonl"),
];

/** The cases without which a run does not count: a proxy that is down would pass those that expect a close. */
const plainCases: readonly string[] = ["rl-get-basic", "cl-ok"];

const levels = new Set(["MUST", "SHOULD", "MAY", "policy"]);

/** Reads files of one case a line. Throws when a line is no case, or a name comes twice. */
export function readCases(files: readonly string[]): readonly ConformanceCase[] {
  const cases = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line, index) => ({ line, where: `${file}:${index + 1}` }))
      .filter(({ line }) => line.trim() !== "")
      .map(({ line, where }) => readCase(line, where)),
  );
  const names = new Set<string>();
  for (const { name } of cases) {
    if (names.has(name)) throw new Error(`there are two cases ${name}`);
    names.add(name);
  }
  return cases;
}

function readCase(line: string, where: string): ConformanceCase {
  let value: Partial<ConformanceCase>;
  try {
    value = JSON.parse(line) as Partial<ConformanceCase>;
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
  const isCase =
    typeof value.name === "string" &&
    typeof value.send === "string" &&
    typeof value.expect === "object" &&
    levels.has(value.level ?? "");
  if (!isCase)
    throw new Error(`${where}: a case has name, send, expect, and level MUST, SHOULD, MAY or policy`);
  return value as ConformanceCase;
}

/** The plain cases: from `cases`, else from the project's own. */
export function plainCasesFor(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  const own = plainCases.every((name) => cases.some((one) => one.name === name));
  const from = own ? cases : [...cases, ...readCases(projectCaseFiles)];
  return plainCases.map((name) => from.find((one) => one.name === name) as ConformanceCase);
}
