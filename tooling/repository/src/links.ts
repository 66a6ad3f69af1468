import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeBlock, headingsOf } from "./headings.ts";
import { type Findings, runAsCommand } from "./report.ts";
import { filesBelow, repositoryFolder, shownPath } from "./workspace.ts";

const inlineCode = /`[^`\n]*`/g;
const link = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)/gm;

/** Every link of a text with its line, code left out. */
export function linksOf(markdown: string): readonly { readonly href: string; readonly line: number }[] {
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  const text = markdown.replace(codeBlock, blank).replace(inlineCode, blank);
  return [...text.matchAll(link)].map((match) => ({
    href: match[1] ?? match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/** What is wrong with a link in `file`; undefined when it leads somewhere, or away from the repository. */
function problemOf(href: string, file: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(href)) return undefined;
  const [path = "", hash = ""] = href.split("#");
  const target = path === "" ? file : join(dirname(file), decodeURIComponent(path));
  if (!existsSync(target)) return "there is no such file";
  if (hash === "" || statSync(target).isDirectory() || !target.endsWith(".md")) return undefined;
  return headingsOf(readFileSync(target, "utf8")).has(decodeURIComponent(hash))
    ? undefined
    : "there is no such heading";
}

/** Made by tools, or not about this repository. */
const isForeign = (file: string): boolean => /\/(site\/api|fixtures|template|scratch)\//.test(file);

/** Fails for every link in a Markdown file that leads nowhere in the repository. */
export function checkLinks(root: string = repositoryFolder): Findings {
  const files = filesBelow(root).filter((file) => file.endsWith(".md") && !isForeign(file));
  let links = 0;
  const problems = files.flatMap((file) =>
    linksOf(readFileSync(file, "utf8")).flatMap(({ href, line }) => {
      links += 1;
      const problem = problemOf(href, file);
      return problem === undefined ? [] : [`${shownPath(file, root)}:${line}: ${href}: ${problem}`];
    }),
  );
  return { problems, summary: `${links} links of ${files.length} pages lead somewhere` };
}

if (import.meta.main) await runAsCommand(checkLinks);
