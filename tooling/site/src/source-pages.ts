import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { repositoryFolder } from "@monolake/repository/workspace";
import { linkedSources } from "./links.ts";
import { addressOf } from "./pages.ts";

/** A page of a dynamic route of vitepress. */
interface SourcePage {
  readonly params: { readonly path: string };
  readonly content: string;
}

const languages: Readonly<Record<string, string>> = {
  ".ts": "ts",
  ".js": "js",
  ".json": "json",
  ".toml": "toml",
  ".yaml": "yaml",
  ".sh": "sh",
  ".conf": "nginx",
  ".service": "ini",
  ".socket": "ini",
};

const shownLines = 500;

function nameWithLink(path: string): string {
  const address = path.endsWith(".md") ? addressOf(path) : undefined;
  return address === undefined ? `\`${basename(path)}\`` : `[${basename(path)}](/${address})`;
}

function contentOf(path: string): string {
  const file = join(repositoryFolder, path);
  if (statSync(file).isDirectory()) {
    const names = readdirSync(file).filter((name) => name !== "node_modules" && name !== "dist");
    return names.map((name) => `- ${nameWithLink(join(path, name))}`).join("\n");
  }
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const rest = lines.length - shownLines;
  const text = lines.slice(0, shownLines).join("\n") + (rest > 0 ? `\n… and ${rest} more lines` : "");
  return `\`\`\`\`\`${languages[extname(path)] ?? "text"}\n${text}\n\`\`\`\`\``;
}

/** The text of every file that is linked, and the names in every folder. */
export const sourcePages = (): readonly SourcePage[] =>
  linkedSources().map((path) => ({
    params: { path },
    content: `# ${basename(path)}\n\n\`${path}\`\n\n${contentOf(path)}\n`,
  }));
