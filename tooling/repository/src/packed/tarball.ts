import { dirname } from "node:path";
import type { Manifest, WorkspacePackage } from "../workspace.ts";
import { run } from "./packages.ts";

/** What npm says of a tarball that it would publish. Sizes in bytes. */
export interface PublishedTarball {
  readonly name: string;
  readonly version: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const neededFiles = ["package.json", "README.md", "CHANGELOG.md", "LICENSE"];

/** Lets npm do all of a publication but the sending. Throws when what would be published is not fit for it. */
export async function tryToPublish(tarball: string, { name }: WorkspacePackage): Promise<PublishedTarball> {
  const folder = dirname(tarball);
  const command = ["publish", "--dry-run", "--json", "--access", "public", "--loglevel=error", tarball];
  const answer = JSON.parse(await run("npm", command, folder)) as Record<string, PublishedTarball>;
  const published = answer[name];
  if (published === undefined) throw new Error(`npm would not publish ${name} but ${Object.keys(answer)}`);
  const paths = published.files.map(({ path }) => path);
  const missing = neededFiles.filter((file) => !paths.includes(file));
  if (missing.length > 0) throw new Error(`${name} lacks ${missing.join(", ")}`);
  if (!paths.some((path) => path.startsWith("dist/"))) throw new Error(`${name} was not built`);
  const manifest = JSON.parse(
    await run("tar", ["--extract", "--to-stdout", "--file", tarball, "package/package.json"], folder),
  ) as Manifest;
  const unresolved = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    ([, version]) => version.startsWith("workspace:"),
  );
  if (unresolved.length > 0) throw new Error(`${name} names ${unresolved.join(", ")}`);
  return published;
}
