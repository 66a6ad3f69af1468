import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

const documents = new Map(
  readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html") && file !== "404.html")
    .map((file) => [join(dist, file), readFileSync(join(dist, file), "utf8")]),
);

const idsOf = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => id));

const ids = new Map([...documents].map(([file, html]) => [file, idsOf(html)]));

/** The file that a web server answers a path with; undefined when there is none. */
function served(path: string): string | undefined {
  const file = path.endsWith("/") ? join(path, "index.html") : path;
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/** What is wrong with a link of a document; undefined when it leads somewhere. */
function problemOf(link: string, document: string): string | undefined {
  const [path = "", hash = ""] = link.replaceAll("&amp;", "&").split("#");
  const target =
    path === "" ? document : join(path.startsWith("/") ? dist : dirname(document), decodeURIComponent(path));
  const file = served(path.endsWith("/") ? `${target}/` : target);
  if (file === undefined) return "leads nowhere";
  const known = ids.get(file);
  return hash === "" || known === undefined || known.has(decodeURIComponent(hash))
    ? undefined
    : "has no such heading";
}

const problems = new Set<string>();
let links = 0;
for (const [document, html] of documents) {
  for (const [, link = ""] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    if (/^([a-z][a-z+.-]*:|\/\/)/i.test(link)) continue;
    links += 1;
    const problem = problemOf(link, document);
    if (problem !== undefined) problems.add(`${relative(dist, document)}: ${link} ${problem}`);
  }
}
for (const problem of problems) console.log(`problem: ${problem}`);
console.log(`${documents.size} pages, ${links} links within the site, ${problems.size} of them dead`);
if (problems.size > 0) process.exitCode = 1;
