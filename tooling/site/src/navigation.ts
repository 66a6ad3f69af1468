import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { repositoryFolder } from "@monolake/repository/workspace";
import type { DefaultTheme } from "vitepress";
import { addressOf } from "./pages.ts";

type Item = DefaultTheme.SidebarItem;

const text = (file: string): string => readFileSync(join(repositoryFolder, file), "utf8");

const titleOf = (file: string): string =>
  /^# (.+)$/m.exec(text(file))?.[1]?.replaceAll("`", "") ?? basename(file);

/** A line for a page: its title, and its address. */
const item = (file: string, title: string = titleOf(file)): Item => ({
  text: title,
  link: `/${addressOf(file)
    ?.replace(/\.md$/, ".html")
    .replace(/(^|\/)index\.html$/, "$1")}`,
});

/** Pages of a folder in the order of their names, after those that are named here, in this order. */
function pagesOf(folder: string, first: readonly string[] = []): readonly string[] {
  if (!existsSync(join(repositoryFolder, folder))) return [];
  const names = readdirSync(join(repositoryFolder, folder)).filter((name) => name.endsWith(".md"));
  const named = first.filter((name) => names.includes(name));
  return [...named, ...names.filter((name) => !named.includes(name)).sort()].map((name) =>
    join(folder, name),
  );
}

const readmesOf = (folder: string): readonly string[] =>
  readdirSync(join(repositoryFolder, folder))
    .sort()
    .map((name) => join(folder, name, "README.md"))
    .filter((file) => existsSync(join(repositoryFolder, file)));

const group = (title: string, files: readonly string[], collapsed?: boolean): Item => ({
  text: title,
  items: files.map((file) => item(file)),
  ...(collapsed === undefined ? {} : { collapsed }),
});

const guides = [
  "run-the-proxy.md",
  "openid.md",
  "build-a-gateway.md",
  "write-a-layer.md",
  "write-a-thrift-service.md",
  "deploy.md",
  "migrate-from-http-proxy.md",
];
const architecture = [
  "README.md",
  "services.md",
  "context.md",
  "state.md",
  "commands.md",
  "workers.md",
  "streams.md",
  "data-path.md",
  "upstreams.md",
  "thrift.md",
  "reload.md",
  "errors.md",
];

/** The lines at the left of every page. */
export function sidebar(): Item[] {
  const reference = [
    ...pagesOf("docs/reference"),
    "docs/errors.md",
    "docs/parity.md",
    "tooling/site/api/README.md",
  ];
  return [
    group("Guide", pagesOf("docs/guide", guides)),
    group("Architecture", pagesOf("docs/architecture", architecture)),
    group(
      "Reference",
      reference.filter((file) => existsSync(join(repositoryFolder, file))),
    ),
    group("Packages", readmesOf("packages"), false),
    group("Programs", readmesOf("apps"), false),
    group("Benchmarks", pagesOf("docs/benchmarks"), true),
    group("Decisions", pagesOf("docs/decisions"), true),
    group("How it is tested", readmesOf("tooling"), true),
    { text: "Contributing", link: "/contributing.html" },
  ];
}

/** The line at the top of every page. */
export const navigation = (): DefaultTheme.NavItem[] => [
  { text: "Guide", link: "/guide/run-the-proxy.html" },
  { text: "Architecture", link: "/architecture/" },
  { text: "Configuration", link: "/apps/monolake.html" },
  { text: "API", link: "/api/" },
];
