import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { repositoryFolder } from "@monolake/repository/workspace";
import type { MarkdownRenderer } from "vitepress";
import { addressOf, pageFiles, resolveLink } from "./pages.ts";

/** A link that leaves neither its site nor its page. */
const isRelative = (href: string): boolean => !/^([a-z][a-z+.-]*:|\/|#)/i.test(href);

const split = (href: string): [path: string, hash: string] => {
  const at = href.indexOf("#");
  return at === -1 ? [href, ""] : [href.slice(0, at), href.slice(at)];
};

/** The address of a link's target on the site. Throws when there is nothing: dead links fail the build. */
function siteLink(page: string, href: string): string {
  const [link, hash] = split(href);
  const { type, path } = resolveLink(page, link);
  if (type === "missing") throw new Error(`${page}: the link ${href} leads nowhere`);
  const address = type === "page" ? addressOf(path) : `source/${path}.md`;
  return `/${address?.replace(/\.md$/, ".html").replace(/(^|\/)index\.html$/, "$1")}${hash}`;
}

/** Links between files of the repository become links between pages of the site. */
export function linkPages(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("link-pages", (state) => {
    const { realPath, path } = state.env as { readonly realPath?: string; readonly path: string };
    const page = relative(repositoryFolder, realPath ?? path);
    // Pages that are made at build time carry links of the site already.
    if (page.startsWith("tooling/site/")) return;
    for (const token of state.tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== "link_open") continue;
      const href = token.attrGet("href");
      if (href !== null && isRelative(href)) token.attrSet("href", siteLink(page, href));
    }
  });
}

const anyLink = /\]\(([^)\s]+)\)/g;

/** Files and folders that pages link to and that are no pages; the site shows their text. */
export function linkedSources(): readonly string[] {
  const found = new Set<string>();
  for (const page of pageFiles()) {
    if (page.startsWith("tooling/site/")) continue;
    for (const [, href = ""] of readFileSync(join(repositoryFolder, page), "utf8").matchAll(anyLink)) {
      if (!isRelative(href)) continue;
      const { type, path } = resolveLink(page, split(href)[0]);
      if (type === "source" && !path.endsWith(".svg")) found.add(path);
    }
  }
  return [...found].sort();
}
