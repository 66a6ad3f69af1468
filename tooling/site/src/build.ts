import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repositoryFolder } from "@monolake/repository/workspace";

const site = join(repositoryFolder, "tooling/site");

/** Runs one step and ends this program when it fails. */
function run(command: string, ...commandArguments: string[]): void {
  const { status } = spawnSync(command, commandArguments, { cwd: site, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const node = [process.execPath, "--conditions=@monolake/source"] as const;
run(...node, "src/api-reference.ts");
run(...node, "node_modules/vitepress/bin/vitepress.js", "build");
run(...node, "src/check-site.ts");
