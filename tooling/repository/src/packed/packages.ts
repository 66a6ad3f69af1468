import { execFile } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WorkspacePackage } from "../workspace.ts";

const execute = promisify(execFile);

/** Runs a program and throws an error with its output when it fails. */
export async function run(
  command: string,
  commandArguments: readonly string[],
  cwd: string,
): Promise<string> {
  try {
    const { stdout } = await execute(command, [...commandArguments], { cwd, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const {
      stdout = "",
      stderr = "",
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} ${commandArguments.join(" ")} failed: ${stdout}${stderr}` || message);
  }
}

/** The package's own dependencies in the workspace, and theirs, itself first. */
export function workspaceClosure(
  item: WorkspacePackage,
  all: readonly WorkspacePackage[],
): readonly WorkspacePackage[] {
  const found = new Set<WorkspacePackage>();
  const add = (next: WorkspacePackage) => {
    if (found.has(next)) return;
    found.add(next);
    for (const name of Object.keys(next.manifest.dependencies ?? {})) {
      const dependency = all.find((candidate) => candidate.name === name);
      if (dependency !== undefined) add(dependency);
    }
  };
  add(item);
  return [...found];
}

/** What was packed, and where it is tried. */
export interface Packed {
  readonly workFolder: string;
  readonly tarballs: ReadonlyMap<string, string>;
  readonly all: readonly WorkspacePackage[];
}

/** npm says nothing but errors, and asks the registry for nothing that it has. */
export const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

/** Packs packages as `npm publish` would, and gives the tarballs by name. */
export async function packAll(
  all: readonly WorkspacePackage[],
  workFolder: string,
): Promise<ReadonlyMap<string, string>> {
  const tarballs = new Map<string, string>();
  for (const { name, folder } of all) {
    const target = await mkdtemp(join(workFolder, "tarball-"));
    await run("pnpm", ["pack", "--pack-destination", target], folder);
    const [file] = await readdir(target);
    if (file === undefined) throw new Error(`pnpm pack of ${name} wrote nothing`);
    tarballs.set(name, join(target, file));
  }
  return tarballs;
}
