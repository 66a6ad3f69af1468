import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, without a slash at its end. */
export const repositoryFolder = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The part of package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly type?: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly bin?: unknown;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One folder with a package.json. */
export interface WorkspacePackage {
  readonly kind: "package" | "app" | "tooling";
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Reads one package.json; `root` may be a fixture in tests. */
export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Every package of the workspace, sorted by kind and name. */
export function workspacePackages(root: string = repositoryFolder): readonly WorkspacePackage[] {
  const kinds = { packages: "package", apps: "app", tooling: "tooling" } as const;
  return Object.entries(kinds).flatMap(([parent, kind]) =>
    (existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : [])
      .sort()
      .map((name) => join(root, parent, name))
      .filter((folder) => existsSync(join(folder, "package.json")))
      .map((folder) => {
        const manifest = readManifest(folder);
        return { kind, name: manifest.name, folder, manifest };
      }),
  );
}

/** What users install: packages and apps, without those that are samples. */
export const publishedPackages = (root?: string): readonly WorkspacePackage[] =>
  workspacePackages(root).filter(({ kind, manifest }) => kind !== "tooling" && manifest.private !== true);

const skippedFolders = new Set(["node_modules", "dist", ".git", ".turbo", "coverage", ".readme"]);

/** All files below `folder` that git would show, absolute and sorted. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !skippedFolders.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/** A path as a message shows it. */
export const shownPath = (path: string, root: string = repositoryFolder): string => relative(root, path);
