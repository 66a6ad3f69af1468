import { renderMermaidSVG } from "beautiful-mermaid";
import type { MarkdownRenderer } from "vitepress";

/** A wide drawing shrinks to the page, but not so far that nobody can read it. */
const leastWidth = 640;

/** One drawing; its colours are those of the page, by the style sheet of the theme. */
function draw(text: string): string {
  const drawn = renderMermaidSVG(text, { padding: 8, font: "inherit" });
  const width = Number(/ width="([\d.]+)"/.exec(drawn)?.[1] ?? leastWidth);
  const svg = drawn
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(
      /^<svg([^>]*?) style="[^"]*"/,
      `<svg$1 role="img" style="min-width: ${Math.min(width, leastWidth)}px"`,
    );
  // A blank line would end the block of HTML.
  return `<div class="diagram" v-pre>${svg.replace(/\n\s*/g, "")}</div>\n`;
}

/** Mermaid blocks are drawn while the site is built: readers load no library. */
export function drawDiagrams(markdown: MarkdownRenderer): void {
  const next = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (...parameters) => {
    const [tokens, index] = parameters;
    const token = tokens[index];
    if (token?.info.trim() === "mermaid") return draw(token.content);
    return next?.(...parameters) ?? "";
  };
}
