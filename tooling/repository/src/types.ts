import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Findings, runAsCommand } from "./report.ts";
import { shownPath, workspacePackages } from "./workspace.ts";

/**
 * Checks the types of every package with the `tsc` that it has itself, one after the other: the compiler takes all cores. It is the
 * `types` script of each, without a package manager and a task runner around it, which would take longer than the compiler.
 */
function checkTypes(): Findings {
  const packages = workspacePackages().filter(({ folder }) => existsSync(join(folder, "tsconfig.json")));
  const problems = packages.flatMap(({ folder }) => {
    const tsc = join(folder, "node_modules/.bin/tsc");
    const { status, stdout, error } = spawnSync(tsc, ["--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (error !== undefined) return [`${shownPath(tsc)}: ${error.message}: run \`pnpm install\``];
    if (status === 0) return [];
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => (line.startsWith(" ") ? line : `${shownPath(folder)}/${line}`));
  });
  return { problems, summary: `types of ${packages.length} packages` };
}

if (import.meta.main) await runAsCommand(checkTypes);
