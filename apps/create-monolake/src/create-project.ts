import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { templateFiles } from "./template-files.ts";

/** Why no project was made, in words for whoever asked for it. */
export class CreateFailure extends Error {}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The versions that this program was made with: those of its own package.json. */
async function versions(): Promise<Readonly<Record<string, string>>> {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as Manifest).devDependencies;
}

/** A name that npm takes, made of the folder's. */
const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "") || "gateway";

/** The template's package.json with a name, and with versions in place of `*`. */
async function manifestFor(folder: string, template: string): Promise<string> {
  const known = await versions();
  const pin = (dependencies: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.keys(dependencies).map((name) => [name, known[name] ?? "*"]));
  const manifest = JSON.parse(template) as Manifest;
  const complete = {
    name: packageName(folder),
    ...manifest,
    dependencies: pin(manifest.dependencies),
    devDependencies: pin(manifest.devDependencies),
  };
  return `${JSON.stringify(complete, undefined, 2)}\n`;
}

/**
 * Makes a project in `folder`, which may exist when it is empty but for a repository of git, and gives the names of the files.
 * Throws {@link CreateFailure} when there is something in it, and writes nothing then, or when it cannot be written.
 */
export async function createProject(folder: string): Promise<readonly string[]> {
  const target = resolve(folder);
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CreateFailure(`${folder} cannot be used: ${error.message}`);
  });
  const other = present.find((name) => name !== ".git");
  if (other !== undefined) throw new CreateFailure(`${folder} is not empty: it has ${other}`);
  const files = await templateFiles();
  for (const [name, source] of files) {
    const content = await readFile(source, "utf8");
    // npm leaves out files of this name when it packs.
    const file = join(target, name === "gitignore" ? ".gitignore" : name);
    await write(file, name === "package.json" ? await manifestFor(target, content) : content);
  }
  return [...files.keys()];
}

async function write(file: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (cause) {
    throw new CreateFailure(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}
