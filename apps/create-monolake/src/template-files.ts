import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Where the files of a new project are. From sources that is the sample key-gateway, so that there is one gateway which is
 * explained, tested and made, and what is only here: package.json and the like. A build has them together.
 */
const folders: readonly (readonly [folder: string, into: string])[] = import.meta.url.endsWith(".ts")
  ? [
      [join(here, "../template"), "."],
      [join(here, "../../key-gateway/src"), "src"],
      [join(here, "../../key-gateway/gateway.toml"), "gateway.toml"],
    ]
  : [[join(here, "template"), "."]];

/** The files of a new project by their paths in it, and where each of them is. */
export async function templateFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [folder, into] of folders) {
    for (const file of await filesBelow(folder)) files.set(join(into, relative(folder, file)), file);
  }
  return files;
}

async function filesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
