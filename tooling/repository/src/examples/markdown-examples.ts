import { readFileSync } from "node:fs";
import { filesBelow, repositoryFolder, shownPath } from "../workspace.ts";

/** One code block of a page. */
export interface Example {
  /** The page, as a path in the repository, and the line on which the block begins. */
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** What the page shows. */
  readonly text: string;
  /** What belongs before it and is not shown: the text of a comment `<!-- example begins with: … -->`. */
  readonly beginning: string;
  /** ```` ```ts run ````: a whole program, which checks itself. */
  readonly isRun: boolean;
  /** ```` ```ts file=apps/x/src/main.ts ````: the block shows this file of the repository. */
  readonly shownFile?: string;
  /** Why it is not tried: the text of a comment `<!-- example not tried: … -->`. */
  readonly reason?: string;
}

const block =
  /(?:^<!-- example (?<kind>begins with|not tried):(?<comment>(?:(?!-->)[\s\S])*)-->\n+)?^```(?<info>[^\n`]*)\n(?<text>[\s\S]*?)^```$/gm;

/** All code blocks of a page, in their order. Blocks are neither indented nor nested. */
export function examplesOf(markdown: string, page: string): readonly Example[] {
  const content = markdown.replaceAll("\r\n", "\n");
  return [...content.matchAll(block)].map(({ 0: match, index, groups = {} }) => {
    const [language = "", ...words] = (groups["info"] ?? "").trim().split(/\s+/);
    const shownFile = words.find((word) => word.startsWith("file="))?.slice("file=".length);
    const comment = groups["comment"]?.trim() ?? "";
    return {
      page,
      line: content.slice(0, index + match.indexOf("```")).split("\n").length,
      language,
      text: groups["text"] ?? "",
      beginning: groups["kind"] === "begins with" ? `${comment}\n` : "",
      isRun: words.includes("run"),
      ...(shownFile === undefined ? {} : { shownFile }),
      ...(groups["kind"] === "not tried" ? { reason: comment } : {}),
    };
  });
}

/** The program in a package's README: its first TypeScript block, when that is marked "ts run". */
export function findReadmeExample(readme: string): string | undefined {
  const first = examplesOf(readme, "README.md").find(({ language }) => language === "ts");
  return first?.isRun === true ? first.text : undefined;
}

/** Written by tools, or not for readers. */
const isForeign = (page: string): boolean =>
  /(^|\/)(site\/api|fixtures|template|scratch)\/|CHANGELOG\.md$|^\.changeset\//.test(page);

/** The code blocks of all pages of the repository. */
export const allExamples = (root: string = repositoryFolder): readonly Example[] =>
  filesBelow(root)
    .filter((file) => file.endsWith(".md") && !isForeign(shownPath(file, root)))
    .flatMap((file) => examplesOf(readFileSync(file, "utf8"), shownPath(file, root)));
