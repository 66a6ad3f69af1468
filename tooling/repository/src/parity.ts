import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Findings, runAsCommand } from "./report.ts";
import { repositoryFolder } from "./workspace.ts";

const page = "docs/parity.md";
const row = /^\| (\d+) \| ([^|]+) \| (?:\[(.+?)\]\(\.\.\/([\w./-]+)\)|([^|]*)) \| [^|]*\|$/gm;

/** Whether a test file names a test so, as one argument or as the words of a table. */
const hasTest = (source: string, title: string): boolean =>
  ['"', "'", "`"].some((quote) => source.includes(`${quote}${title}${quote}`));

/** Fails when a row of docs/parity.md names a test that is not there. */
export function checkParity(root: string = repositoryFolder): Findings {
  const problems: string[] = [];
  let rows = 0;
  for (const [, number, feature, title, file, remark] of readFileSync(join(root, page), "utf8").matchAll(
    row,
  )) {
    rows += 1;
    if (Number(number) !== rows) problems.push(`${page}: row ${number} stands where row ${rows} should be`);
    if (file === undefined || title === undefined) {
      if (!/^cannot hold: ./.test(remark ?? ""))
        problems.push(`${page}: row ${number} names no test: ${feature}`);
    } else if (!existsSync(join(root, file))) problems.push(`${page}: row ${number}: ${file} is not there`);
    else if (!hasTest(readFileSync(join(root, file), "utf8"), title))
      problems.push(`${page}: row ${number}: ${file} has no test "${title}"`);
  }
  if (rows === 0) problems.push(`${page} has no rows`);
  return { problems, summary: `${rows} rows of ${page} name tests that are there` };
}

if (import.meta.main) await runAsCommand(checkParity);
