import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Findings, runAsCommand } from "./report.ts";
import { publishedPackages, repositoryFolder, shownPath, type WorkspacePackage } from "./workspace.ts";

/** A package in a changeset, and what its next version is. */
interface Bump {
  readonly file: string;
  readonly name: string;
  readonly level: string;
}

const levels = new Set(["patch", "minor", "major"]);
/** The package whose template names versions of others: those that it was released with. */
const template = "create-monolake";

/** The lines between the two `---`, and whether something is said below them. */
function frontMatter(
  text: string,
): { readonly lines: readonly string[]; readonly says: boolean } | undefined {
  const [, front, rest = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  if (front === undefined) return undefined;
  return { lines: front.split("\n").filter((line) => line.trim() !== ""), says: rest.trim() !== "" };
}

function readChangeset(path: string, file: string): { problems: string[]; bumps: Bump[] } {
  const front = frontMatter(readFileSync(path, "utf8"));
  if (front === undefined)
    return { problems: [`${file}: expected packages between two lines ---`], bumps: [] };
  const problems = front.says ? [] : [`${file}: says nothing for the CHANGELOG`];
  const bumps = front.lines.flatMap((line): Bump[] => {
    const [, name, level] = /^"([^"]+)": (\w+)$/.exec(line) ?? [];
    if (name !== undefined && level !== undefined && levels.has(level)) return [{ file, name, level }];
    problems.push(`${file}: expected a line such as "@monolake/http": minor, found ${line}`);
    return [];
  });
  return { problems, bumps };
}

/** Whether `^version` does not take the next version. */
const leavesRange = (version: string, level: string): boolean =>
  level === "major" || (level === "minor" && version.startsWith("0."));

/** What projects would be made with: the versions of the last release, when the template's own package is in none. */
function templateProblems(bumps: readonly Bump[], packages: readonly WorkspacePackage[]): string[] {
  if (bumps.some(({ name }) => name === template)) return [];
  const pinned = packages.find(({ name }) => name === template)?.manifest.devDependencies ?? {};
  return bumps.flatMap(({ file, name, level }) => {
    const version = packages.find((item) => item.name === name)?.manifest.version ?? "0.0.0";
    return name in pinned && leavesRange(version, level)
      ? [`${file}: new projects would get ${name} ^${version}: add "${template}": patch`]
      : [];
  });
}

/** Fails when a changeset would not be read, names a package that is not published, or leaves `create-monolake` behind. */
export function checkChangesets(root: string = repositoryFolder): Findings {
  const folder = join(root, ".changeset");
  const files = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort();
  const packages = publishedPackages(root);
  const read = files.map((name) => readChangeset(join(folder, name), shownPath(join(folder, name), root)));
  const bumps = read.flatMap((changeset) => changeset.bumps);
  const unknown = bumps
    .filter(({ name }) => !packages.some((item) => item.name === name))
    .map(({ file, name }) => `${file}: ${name} is no package that is published`);
  const problems = [
    ...read.flatMap((changeset) => changeset.problems),
    ...unknown,
    ...templateProblems(bumps, packages),
  ];
  return { problems, summary: `${files.length} changesets can be read` };
}

if (import.meta.main) await runAsCommand(checkChangesets);
