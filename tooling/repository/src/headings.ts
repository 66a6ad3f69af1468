/** A block of code of Markdown, with its fences. */
export const codeBlock = /^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2`*$/gm;
const heading = /^#{1,6} +(.+?)(?: #+)?$/gm;

/** The part of an address that GitHub gives a heading; the site does as GitHub does. */
export const slugOf = (title: string): string =>
  title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

/** What a link to a place in this text may name. */
export function headingsOf(markdown: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const slugs = new Set<string>();
  for (const [, title = ""] of markdown.replace(codeBlock, "").matchAll(heading)) {
    const slug = slugOf(title);
    const count = found.get(slug) ?? 0;
    found.set(slug, count + 1);
    slugs.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return slugs;
}
