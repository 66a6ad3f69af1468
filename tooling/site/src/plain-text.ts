import type { MarkdownRenderer } from "vitepress";

const escapeBraces = (html: string): string =>
  html.replaceAll("{{", "&#123;&#123;").replaceAll("}}", "&#125;&#125;");

/** Pages are plain Markdown, which other readers show, too: braces in them are no expressions of Vue. */
export function keepBraces(markdown: MarkdownRenderer): void {
  for (const rule of ["text", "code_inline"] as const) {
    const next = markdown.renderer.rules[rule];
    markdown.renderer.rules[rule] = (...parameters) => escapeBraces(next?.(...parameters) ?? "");
  }
}
