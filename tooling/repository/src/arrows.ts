import { readFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { importsOf } from "./imports.ts";
import type { Findings } from "./report.ts";
import { runAsCommand } from "./report.ts";
import {
  filesBelow,
  repositoryFolder,
  shownPath,
  type WorkspacePackage,
  workspacePackages,
} from "./workspace.ts";

/**
 * The layers of the house: a package may import those named beside it, those that they may import, and nothing else.
 *
 *     { service-async, errors } <- streams <- { listener, transports, http, thrift } <- http-client <- services <- apps
 *     { service-async, errors } <- streams <- http <- openid <- apps
 *     { service-async, errors } <- core <- config <- apps
 *
 * `core` never learns what HTTP or a socket is; `http` and `thrift` never learn about workers. A new package gets its
 * line here first. Apps may import every package; nothing imports an app.
 */
export const directlyBelow: Readonly<Record<string, readonly string[]>> = {
  "@monolake/service-async": [],
  "@monolake/errors": [],
  "@monolake/streams": ["@monolake/service-async", "@monolake/errors"],
  "@monolake/listener": ["@monolake/streams"],
  "@monolake/transports": ["@monolake/streams"],
  "@monolake/http": ["@monolake/streams"],
  "@monolake/thrift": ["@monolake/streams"],
  "@monolake/http-client": ["@monolake/http", "@monolake/transports"],
  "@monolake/services": ["@monolake/http-client", "@monolake/thrift", "@monolake/listener"],
  "@monolake/openid": ["@monolake/http"],
  "@monolake/core": ["@monolake/service-async", "@monolake/errors"],
  "@monolake/config": ["@monolake/core"],
};

/** What tests and build scripts may import beside their own package's layers. */
const forDevelopmentOnly = (name: string, packages: readonly WorkspacePackage[]): boolean =>
  packages.some((candidate) => candidate.name === name && candidate.kind === "tooling");

/** Every package that `name` may import, itself included. */
export function allowedFor(name: string, table = directlyBelow): ReadonlySet<string> {
  const allowed = new Set<string>();
  const add = (below: string) => {
    if (allowed.has(below)) return;
    allowed.add(below);
    for (const next of table[below] ?? []) add(next);
  };
  add(name);
  return allowed;
}

/** The package that a bare specifier names: `@a/b/c` gives `@a/b`. */
const packageNameOf = (specifier: string): string =>
  specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

interface ArrowCheck {
  readonly item: WorkspacePackage;
  readonly allowed: ReadonlySet<string>;
  readonly packages: readonly WorkspacePackage[];
  readonly root: string;
}

function manifestProblems({ item, allowed, packages, root }: ArrowCheck): string[] {
  const where = shownPath(join(item.folder, "package.json"), root);
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = item.manifest;
  const installed = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  const workspaceNames = new Set(packages.map(({ name }) => name));
  const isUpward = (name: string) =>
    (workspaceNames.has(name) || name.startsWith("@monolake/")) && !allowed.has(name);
  return [
    ...installed
      .filter((name) => item.kind !== "tooling" && isUpward(name))
      .map((name) => `${where}: ${item.name} may not depend on ${name}`),
    ...Object.keys(devDependencies ?? {})
      .filter((name) => isUpward(name) && !forDevelopmentOnly(name, packages))
      .map((name) => `${where}: ${item.name} may not depend on ${name}, not even in tests`),
  ];
}

function sourceProblems(check: ArrowCheck, file: string): string[] {
  const { item, allowed, packages, root } = check;
  const inSource = file.startsWith(join(item.folder, "src") + sep);
  const { dependencies, peerDependencies, optionalDependencies } = item.manifest;
  const installed = new Set(Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }));
  const problemOf = (specifier: string): string | undefined => {
    if (specifier.startsWith(".")) {
      const target = resolve(dirname(file), specifier);
      if (!target.startsWith(item.folder + sep))
        return `${specifier} leaves the package: import it by its name`;
      const leavesSource = inSource && !target.startsWith(join(item.folder, "src") + sep);
      return leavesSource && item.kind !== "tooling" ? `${specifier} is outside of src` : undefined;
    }
    const name = packageNameOf(specifier);
    if (forDevelopmentOnly(name, packages)) {
      return inSource && item.kind !== "tooling"
        ? `${name} is tooling, which sources never import`
        : undefined;
    }
    const isOurs = packages.some((candidate) => candidate.name === name) || name.startsWith("@monolake/");
    if (!isOurs || item.kind === "tooling") return undefined;
    if (!allowed.has(name))
      return `${item.name} may not import ${name} (see directlyBelow in tooling/repository/src/arrows.ts)`;
    const missing = inSource && name !== item.name && !installed.has(name);
    return missing ? `${name} is not in the dependencies of ${item.name}` : undefined;
  };
  return importsOf(readFileSync(file, "utf8"), file).flatMap(({ specifier, line }) => {
    const problem = problemOf(specifier);
    return problem === undefined ? [] : [`${shownPath(file, root)}:${line}: ${problem}`];
  });
}

/** Fails for every dependency and every import that points up or aside. */
export function checkArrows(root: string = repositoryFolder): Findings {
  const packages = workspacePackages(root);
  const everyPackage = new Set(packages.filter(({ kind }) => kind === "package").map(({ name }) => name));
  const problems: string[] = [];
  let files = 0;
  for (const item of packages) {
    if (item.kind === "package" && directlyBelow[item.name] === undefined) {
      problems.push(`${item.name} has no line in directlyBelow of tooling/repository/src/arrows.ts`);
    }
    const allowed = item.kind === "app" ? new Set([...everyPackage, item.name]) : allowedFor(item.name);
    const check: ArrowCheck = { item, allowed, packages, root };
    if (item.kind !== "tooling") problems.push(...manifestProblems(check));
    for (const file of ["src", "test", "bench"].flatMap((name) => filesBelow(join(item.folder, name)))) {
      if (!/\.(ts|js|mjs)$/.test(file)) continue;
      files += 1;
      problems.push(...sourceProblems(check, file));
    }
  }
  return { problems, summary: `imports of ${files} files follow the layers` };
}

if (import.meta.main) await runAsCommand(checkArrows);
