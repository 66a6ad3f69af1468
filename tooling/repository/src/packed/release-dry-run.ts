import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedPackages, repositoryFolder, type WorkspacePackage } from "../workspace.ts";
import { packAll, run, workspaceClosure } from "./packages.ts";
import { type PublishedTarball, tryToPublish } from "./tarball.ts";

/** Those that a registry would get, each after what it depends on. */
function inOrder(all: readonly WorkspacePackage[]): readonly WorkspacePackage[] {
  const order = new Set<WorkspacePackage>();
  for (const item of all) for (const needed of workspaceClosure(item, all).toReversed()) order.add(needed);
  return [...order].filter(({ manifest }) => manifest.private !== true);
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

const line = (before: string, { name, version, size, unpackedSize, files }: PublishedTarball): string =>
  [
    name.padEnd(26),
    (before === version ? version : `${before} -> ${version}`).padEnd(16),
    `${files.length} files`.padStart(10),
    kibibytes(size).padStart(12),
    `unpacked ${kibibytes(unpackedSize)}`.padStart(24),
  ].join("");

/** Does in `folder`, a copy of what is committed, what a release does, up to what a registry would be sent. */
async function release(folder: string, workFolder: string): Promise<void> {
  const step = async (what: string, command: string, ...commandArguments: string[]) => {
    console.log(`- ${what}`);
    await run(command, commandArguments, folder);
  };
  const versions = new Map(publishedPackages(folder).map(({ name, manifest }) => [name, manifest.version]));
  await step("install", "pnpm", "install", "--frozen-lockfile", "--prefer-offline");
  const changesets = (await readdir(join(folder, ".changeset"))).filter((name) =>
    /^(?!README).*\.md$/.test(name),
  );
  // Without any it fails: what is not published yet is released as it is.
  if (changesets.length > 0)
    await step(
      `versions and CHANGELOGs by ${changesets.length} changesets`,
      "pnpm",
      "exec",
      "changeset",
      "version",
    );
  await step("build", "pnpm", "exec", "turbo", "run", "build", "--output-logs=errors-only");
  const packages = inOrder(publishedPackages(folder));
  console.log("- pack, and publish without sending:\n");
  const tarballs = await packAll(packages, workFolder);
  for (const item of packages) {
    const published = await tryToPublish(tarballs.get(item.name) ?? "", item);
    console.log(`  ${line(versions.get(item.name) ?? "new", published)}`);
  }
  console.log(
    `\n${packages.length} packages could be published. Nothing was sent, nothing was changed here.`,
  );
}

const workFolder = await mkdtemp(join(tmpdir(), "monolake-release-"));
const copy = join(workFolder, "copy");
await run("git", ["worktree", "add", "--detach", copy, "HEAD"], repositoryFolder);
try {
  await release(copy, workFolder);
} finally {
  await run("git", ["worktree", "remove", "--force", copy], repositoryFolder);
  await rm(workFolder, { recursive: true, force: true });
}
