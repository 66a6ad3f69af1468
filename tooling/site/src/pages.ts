import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryFolder } from "@monolake/repository/workspace";

/** Where the pages come from, and what they are called on the site; the first pattern that fits decides. */
const addresses: readonly (readonly [pattern: RegExp, address: string])[] = [
  [/^docs\/README\.md$/, "contents.md"],
  [/^docs\/(.*\/)?README\.md$/, "$1index.md"],
  [/^docs\/(.*)$/, "$1"],
  [/^(packages|apps|tooling)\/([\w-]+)\/README\.md$/, "$1/$2.md"],
  [/^(packages|apps)\/([\w-]+)\/CHANGELOG\.md$/, "changes/$2.md"],
  [/^tooling\/site\/api\/README\.md$/, "api/index.md"],
  [/^tooling\/site\/index\.md$/, "index.md"],
  [/^tooling\/site\/(api|source)\/(.*)$/, "$1/$2"],
  [/^CONTRIBUTING\.md$/, "contributing.md"],
  [/^README\.md$/, "readme.md"],
];

/** The path of a page on the site, given its path in the repository; undefined when it is no page. */
export function addressOf(file: string): string | undefined {
  for (const [pattern, address] of addresses) {
    if (pattern.test(file)) return file.replace(pattern, address);
  }
  return undefined;
}

const skipped = new Set(["node_modules", "dist", "cache", ".git", ".turbo", ".readme", "template"]);

/** Every Markdown file below `folder` that is a page of the site, as paths in the repository. */
export function pageFiles(folder = "."): readonly string[] {
  return readdirSync(join(repositoryFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pageFiles(path);
    return path.endsWith(".md") && addressOf(path) !== undefined ? [path] : [];
  });
}

/** What a link in `page` leads to: a page, or a file or folder that the site shows as it is. */
export interface LinkTarget {
  readonly type: "page" | "source" | "missing";
  /** In the repository. */
  readonly path: string;
}

/** Resolves a relative link of a page, both as paths in the repository. */
export function resolveLink(page: string, link: string): LinkTarget {
  const path = join(dirname(page), decodeURIComponent(link)).replace(/\/$/, "");
  const file = join(repositoryFolder, path);
  if (path.startsWith("..") || !existsSync(file)) return { type: "missing", path };
  if (statSync(file).isDirectory()) {
    const readme = join(path, "README.md");
    return existsSync(join(repositoryFolder, readme)) && addressOf(readme) !== undefined
      ? { type: "page", path: readme }
      : { type: "source", path };
  }
  return { type: path.endsWith(".md") && addressOf(path) !== undefined ? "page" : "source", path };
}
