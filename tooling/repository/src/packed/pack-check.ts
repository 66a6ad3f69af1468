import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions, runCommand } from "@monolake/command-line";
import { findReadmeExample } from "../examples/markdown-examples.ts";
import { publishedPackages, readManifest, repositoryFolder, type WorkspacePackage } from "../workspace.ts";
import { tryNewProject } from "./new-project.ts";
import { type Packed, packAll, quiet, run, workspaceClosure } from "./packages.ts";

/** Every package below node_modules, by name; nested ones too. */
async function installedNames(folder: string): Promise<readonly string[]> {
  const output = await run("npm", ["ls", "--all", "--parseable"], folder);
  return output
    .split("\n")
    .filter((path) => path.includes("node_modules/"))
    .map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length))
    .sort();
}

/** Names that may be installed with the packages: their dependencies outside of the workspace, and theirs. */
async function allowedNames(
  folder: string,
  closure: readonly WorkspacePackage[],
): Promise<ReadonlySet<string>> {
  const allowed = new Set(closure.map(({ name }) => name));
  const waiting = closure.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (allowed.has(name)) continue;
    allowed.add(name);
    const { dependencies = {} } = readManifest(join(folder, "node_modules", name));
    waiting.push(...Object.keys(dependencies));
  }
  return allowed;
}

const compilerOptions = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmitOnError: true,
};

/** Installs one package alone and gives how many came along. Throws when something did that it does not depend on. */
async function installAlone(
  item: WorkspacePackage,
  folder: string,
  { tarballs, all }: Packed,
): Promise<number> {
  const closure = workspaceClosure(item, all);
  await mkdir(folder);
  const dependencies = Object.fromEntries(closure.map(({ name }) => [name, `file:${tarballs.get(name)}`]));
  const manifest = { name: "user", private: true, type: "module", dependencies };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  await run("npm", ["install", ...quiet], folder);
  const installed = await installedNames(folder);
  const allowed = await allowedNames(folder, closure);
  const unexpected = installed.filter((name) => !allowed.has(name));
  if (unexpected.length > 0) throw new Error(`installing it also installed ${unexpected.join(", ")}`);
  return installed.length - 1;
}

/** Compiles and runs the program of the README, in a folder where the package is installed. */
async function runExample(example: string, folder: string): Promise<void> {
  const { devDependencies = {} } = readManifest(repositoryFolder);
  const tools = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  await run("npm", ["install", "--save-dev", "--save-exact", ...quiet, ...tools], folder);
  await writeFile(join(folder, "example.ts"), example);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["example.ts"] }));
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], folder);
  await run(process.execPath, ["example.js"], folder);
}

/** Adds the optional peers, then imports every entry point: all that a package needs is in its package.json. */
async function importEntries(
  item: WorkspacePackage,
  folder: string,
  { tarballs, all }: Packed,
): Promise<number> {
  const peers = all.filter(({ name }) => name in (item.manifest.peerDependencies ?? {}));
  const needed = new Set(peers.flatMap((peer) => workspaceClosure(peer, all)));
  const files = [...needed].map(({ name }) => `file:${tarballs.get(name)}`);
  if (files.length > 0) await run("npm", ["install", ...quiet, ...files], folder);
  const entries = Object.keys(item.manifest.exports ?? {}).filter((entry) => entry !== "./package.json");
  for (const entry of entries) {
    const imported = JSON.stringify(`${item.name}${entry.slice(1)}`);
    await run(process.execPath, ["--input-type=module", "--eval", `await import(${imported})`], folder);
  }
  return entries.length;
}

/** Runs a command that the package brings. */
async function askVersion(name: string, folder: string): Promise<string> {
  const output = await run(join(folder, "node_modules/.bin", name), ["--version"], folder);
  return `its command says "${output.trim()}"`;
}

/** Installs one package as a user would, tries it, and gives what was seen. Throws when something is not as it should be. */
async function checkPackage(item: WorkspacePackage, packed: Packed): Promise<string> {
  const folder = join(packed.workFolder, item.name.replace("/", "-").replace("@", ""));
  const count = await installAlone(item, folder, packed);
  // Importing an app would run it.
  if (item.name === "create-monolake") return `${count} dependencies; ${await tryNewProject(folder, packed)}`;
  if (item.kind === "app") return `${count} dependencies; ${await askVersion(item.name, folder)}`;
  const example = findReadmeExample(await readFile(join(item.folder, "README.md"), "utf8"));
  if (example === undefined) throw new Error("README.md has no ts run block");
  await runExample(example, folder);
  const entries = await importEntries(item, folder, packed);
  return `${count} dependencies; its example compiles and runs; entry points: ${entries}`;
}

/** What the command line asks for. */
interface PackedOptions {
  /** Names of packages; undefined for all. */
  readonly only: readonly string[] | undefined;
  /** Leaves the folder in which they are installed. */
  readonly keep: boolean | undefined;
}

async function checkPackages({ only, keep }: PackedOptions): Promise<boolean> {
  const all = publishedPackages();
  const workFolder = await mkdtemp(join(tmpdir(), "monolake-packed-"));
  let failures = 0;
  try {
    const tarballs = await packAll(all, workFolder);
    for (const item of all.filter(({ name }) => only?.includes(name) ?? true)) {
      try {
        console.log(`ok   ${item.name}: ${await checkPackage(item, { workFolder, tarballs, all })}`);
      } catch (error) {
        failures += 1;
        console.log(`FAIL ${item.name}: ${(error as Error).message}`);
      }
    }
  } finally {
    if (keep === true) console.log(`kept ${workFolder}`);
    else await rm(workFolder, { recursive: true, force: true });
  }
  return failures === 0;
}

await runCommand<PackedOptions>({
  name: "packed",
  usage: "usage: pnpm packed [--only PACKAGE]... [--keep]\n",
  parse: (args) => {
    const { help, only, keep } = parseOptions(args, {
      only: { type: "string", multiple: true },
      keep: { type: "boolean" },
    });
    return help ? "help" : { only, keep };
  },
  run: checkPackages,
});
