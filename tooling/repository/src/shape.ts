import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findReadmeExample } from "./examples/markdown-examples.ts";
import { type Findings, runAsCommand } from "./report.ts";
import {
  filesBelow,
  type Manifest,
  readManifest,
  repositoryFolder,
  shownPath,
  type WorkspacePackage,
  workspacePackages,
} from "./workspace.ts";

const requiredScripts: Readonly<Record<string, string>> = {
  build: "tsup",
  test: "vitest run",
  types: "tsc",
  "lint:package": "publint --strict && attw --pack --profile esm-only",
};
const furtherScripts = new Set(["bench", "dev", "fuzz", "generate", "model"]);
const requiredFiles = ["dist", "src", "CHANGELOG.md"];
const nodeRange = ">=22.15";
const warnLines = 300;
const failLines = 500;
/** What may lie on top, beside settings of editors and logs, which git ignores: any other file is one that a tool has left there. */
const topFile =
  /^(\..+|.+\.log|LICENSE|[A-Z]+\.md|(biome|knip|package|turbo)\.json|pnpm-[a-z]+\.yaml|vitest\.config\.js)$/;
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const meaninglessNames = /^(utils?|helpers?|common|misc|shared)\.[jt]s$/;

/** A version in `dependencies` and `devDependencies` is exact, or follows the workspace. */
function versionProblems(where: string, manifest: Manifest): string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(
      ([, version]) => !exactVersion.test(version) && version !== "workspace:^" && version !== "workspace:*",
    )
    .map(
      ([name, version]) => `${where}: ${name} is ${version}: pin an exact version (pnpm add --save-exact)`,
    );
}

function exportProblems(item: WorkspacePackage, where: string): string[] {
  const entries = Object.entries(item.manifest.exports ?? {});
  if (entries.length === 0) return [`${where}: exports is missing`];
  return entries.flatMap(([entry, target]) => {
    if (typeof target === "string") {
      return entry === "./package.json"
        ? []
        : [`${where}: exports["${entry}"] has no @monolake/source condition`];
    }
    const source = target["@monolake/source"] ?? "";
    const built = source.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
    const expected = { "@monolake/source": source, types: `${built}.d.ts`, default: `${built}.js` };
    // The order matters too: the first condition that holds wins.
    if (JSON.stringify(target) !== JSON.stringify(expected)) {
      return [`${where}: exports["${entry}"] should be ${JSON.stringify(expected)}`];
    }
    return existsSync(join(item.folder, source))
      ? []
      : [`${where}: exports["${entry}"] names ${source}, which does not exist`];
  });
}

function manifestProblems(item: WorkspacePackage, where: string): string[] {
  const { name, type, license, engines, files = [], scripts = {} } = item.manifest;
  const folderName = basename(item.folder);
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(`${where}: ${problem}`);
  };
  expect(item.kind === "app" || name === `@monolake/${folderName}`, `name should be @monolake/${folderName}`);
  expect(type === "module", 'type should be "module"');
  expect(license === "Apache-2.0", 'license should be "Apache-2.0"');
  expect(engines?.node === nodeRange, `engines.node should be "${nodeRange}"`);
  for (const file of requiredFiles) expect(files.includes(file), `files should contain "${file}"`);
  for (const [script, command] of Object.entries(requiredScripts)) {
    expect(scripts[script] === command, `scripts["${script}"] should be "${command}"`);
  }
  for (const script of Object.keys(scripts)) {
    expect(
      script in requiredScripts || furtherScripts.has(script),
      `scripts["${script}"] is not one that packages have`,
    );
  }
  return [...problems, ...exportProblems(item, where)];
}

function folderProblems(item: WorkspacePackage, root: string): string[] {
  const where = shownPath(item.folder, root);
  const content = (name: string) => {
    const file = join(item.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(`${where}/${problem}`);
  };
  const readme = content("README.md");
  expect(readme !== undefined, "README.md is missing");
  if (readme !== undefined && item.kind === "package") {
    expect(
      findReadmeExample(readme) !== undefined,
      "README.md: the first ts block should be a program marked ```ts run",
    );
  }
  expect(
    content("CHANGELOG.md")?.startsWith(`# ${item.name}\n`) === true,
    `CHANGELOG.md should start with "# ${item.name}"`,
  );
  expect(
    content("LICENSE") === readFileSync(join(root, "LICENSE"), "utf8"),
    "LICENSE should be the one of the repository",
  );
  expect(content("tsup.config.js") !== undefined, "tsup.config.js is missing");
  expect(content("vitest.config.js") !== undefined, "vitest.config.js is missing");
  const tests = filesBelow(join(item.folder, "test")).filter((file) => file.endsWith(".test.ts"));
  expect(tests.length > 0, "test has no *.test.ts");
  if (item.manifest.devDependencies?.["llhttp-wasm"] !== undefined) {
    expect(
      content("THIRD-PARTY-LICENSES") !== undefined,
      "THIRD-PARTY-LICENSES is missing: the build bundles llhttp-wasm",
    );
    expect(
      item.manifest.files?.includes("THIRD-PARTY-LICENSES") === true,
      'package.json: files should contain "THIRD-PARTY-LICENSES"',
    );
  }
  return problems;
}

function topProblems(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !topFile.test(entry.name))
    .map(({ name }) => `${name}: not a file that belongs on top: move it to a folder, or delete it`);
}

function fileFindings(file: string, root: string): { problem?: string; warning?: string } {
  const where = shownPath(file, root);
  if (meaninglessNames.test(basename(file))) return { problem: `${where}: name the file by what it holds` };
  const lines = readFileSync(file, "utf8").split("\n").length - 1;
  if (lines > failLines)
    return { problem: `${where}: ${lines} lines, more than ${failLines}: split it by what it does` };
  return lines > warnLines ? { warning: `${where}: ${lines} lines, more than ${warnLines}` } : {};
}

/** Fails when a package is not laid out like the others, a file is too long, or a version is not pinned. */
export function checkShape(root: string = repositoryFolder): Findings {
  const packages = workspacePackages(root);
  const problems = [...versionProblems("package.json", readManifest(root)), ...topProblems(root)];
  const warnings: string[] = [];
  let files = 0;
  for (const item of packages) {
    const where = shownPath(join(item.folder, "package.json"), root);
    problems.push(...versionProblems(where, item.manifest));
    if (item.kind !== "tooling")
      problems.push(...manifestProblems(item, where), ...folderProblems(item, root));
    for (const file of filesBelow(item.folder).filter((name) => /\.[jt]s$/.test(name))) {
      files += 1;
      const { problem, warning } = fileFindings(file, root);
      if (problem !== undefined) problems.push(problem);
      if (warning !== undefined) warnings.push(warning);
    }
  }
  return { problems, warnings, summary: `${packages.length} packages and ${files} files are in shape` };
}

if (import.meta.main) await runAsCommand(checkShape);
