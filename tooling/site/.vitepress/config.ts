import { cp } from "node:fs/promises";
import { slugOf } from "@monolake/repository/headings";
import { repositoryFolder } from "@monolake/repository/workspace";
import { defineConfig, type Plugin } from "vitepress";
import { drawDiagrams } from "../src/diagrams.ts";
import { linkPages } from "../src/links.ts";
import { navigation, sidebar } from "../src/navigation.ts";
import { addressOf } from "../src/pages.ts";
import { keepBraces } from "../src/plain-text.ts";

const publicFolder = `${repositoryFolder}/tooling/site/public`;

/** Pages are not below the package that brings vue, where the server side of the build looks for it. */
const vueOfThisPackage: Plugin = {
  name: "vue-of-this-package",
  enforce: "pre",
  resolveId: (id, _importer, { ssr }) =>
    ssr === true && /^vue(\/|$)/.test(id) ? { id, external: true } : undefined,
};

export default defineConfig({
  title: "Monolake for TypeScript",
  description: "Small packages for gateways and proxies on Node.js, and a ready proxy made of them",
  srcDir: repositoryFolder,
  srcExclude: ["**/.readme/**", "**/template/**", ".changeset/**", "**/fixtures/**", "scratch/**"],
  outDir: "dist",
  cacheDir: "node_modules/.cache/vitepress",
  rewrites: (page) => addressOf(page) ?? `unlisted/${page}`,
  lastUpdated: false,
  markdown: {
    theme: { light: "github-light", dark: "github-dark" },
    // Braces at the end of a line are text.
    attrs: { disable: true },
    anchor: { slugify: slugOf },
    config(markdown) {
      keepBraces(markdown);
      linkPages(markdown);
      drawDiagrams(markdown);
    },
  },
  // Tables of many columns take the place of the list of headings.
  transformPageData: ({ relativePath, frontmatter }) =>
    /^(errors|parity|reference\/.*)\.md$/.test(relativePath)
      ? { frontmatter: { ...frontmatter, aside: false } }
      : undefined,
  // Vitepress looks for these below the pages.
  buildEnd: ({ outDir }) => cp(publicFolder, outDir, { recursive: true }),
  vite: {
    publicDir: publicFolder,
    server: { fs: { allow: [repositoryFolder] } },
    plugins: [vueOfThisPackage],
    build: { chunkSizeWarningLimit: 4_000 },
  },
  themeConfig: {
    nav: navigation(),
    sidebar: sidebar(),
    search: { provider: "local" },
    outline: { level: [2, 3] },
    docFooter: { prev: "Before", next: "Next" },
    footer: { message: "Apache-2.0" },
  },
});
