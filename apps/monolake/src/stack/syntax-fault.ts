import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where a module, or one that it imports, cannot be parsed. */
export interface SyntaxFault {
  /** `file:line:column`, or `file:line` at the end of the file. */
  readonly place: string;
  readonly message: string;
  /** The line with a mark under the place, below the name of the file. */
  readonly excerpt: string;
}

/** The place that Node.js puts in front of the stacks of some errors: the file, lines of it, and mostly a mark. */
const placeInStack = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n([\s\S]*?)\s*\n\w*Error\b/;

/** The place of an error, if it tells one. */
export function faultOf({ message, stack = "" }: Pick<Error, "message" | "stack">): SyntaxFault | undefined {
  const [, url = "", line, excerpt = ""] = placeInStack.exec(stack) ?? [];
  if (line === undefined) return undefined;
  const place = `${url.startsWith("file:") ? fileURLToPath(url) : url}:${line}`;
  const mark = /^( *)\^+$/m.exec(excerpt)?.[1];
  // The parser of TypeScript lists all that could be there.
  const [problem = message] = message.split(". Expected ");
  return {
    place: mark === undefined ? place : `${place}:${mark.length + 1}`,
    message: problem,
    excerpt: `${place}\n${excerpt}`,
  };
}

const limitMs = 10_000;

/**
 * Looks for it without running anything, in a process of its own: the errors of `import` do not say where, and what says it is an
 * experiment of Node.js.
 */
export function findSyntaxFault(file: string): Promise<SyntaxFault | undefined> {
  const options = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", parser];
  const env = { ...process.env, NODE_OPTIONS: "" };
  return new Promise((found) => {
    const url = pathToFileURL(resolve(file)).href;
    execFile(process.execPath, [...options, url], { env, timeout: limitMs }, (error, _stdout, stderr) => {
      const [, message = ""] = /^SyntaxError(?: \[\w+\])?: (.*)$/m.exec(stderr) ?? [];
      found(error === null || message === "" ? undefined : faultOf({ message, stack: stderr }));
    });
  });
}

/** Ends with the error of the first module, of one and those that it imports by their paths, that is no JavaScript. */
const parser = `
import { readFileSync, statSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import vm from "node:vm";

const variables = ["exports", "require", "module", "__filename", "__dirname"];

function parse(text, url) {
  try {
    return new vm.SourceTextModule(text, { identifier: url });
  } catch (error) {
    try {
      vm.compileFunction(text, variables);
    } catch {
      throw error;
    }
    return {};
  }
}

function textOf(url) {
  let text;
  try {
    if (!statSync(new URL(url)).isFile()) return undefined;
    text = readFileSync(new URL(url), "utf8");
  } catch {
    return undefined;
  }
  if (!/ts$/.test(url)) return text;
  try {
    return stripTypeScriptTypes(text);
  } catch (error) {
    if (error.code !== "ERR_INVALID_TYPESCRIPT_SYNTAX") return undefined;
    process.stderr.write(url + error.stack);
    process.exit(1);
  }
}

const urls = new Set([process.argv[1]]);
for (const url of urls) {
  const text = /\\.[cm]?[jt]s$/.test(url) ? textOf(url) : undefined;
  if (text === undefined) continue;
  const { moduleRequests, dependencySpecifiers = [] } = parse(text, url);
  for (const specifier of moduleRequests?.map((request) => request.specifier) ?? dependencySpecifiers)
    if (/^(?:\\.{0,2}\\/|file:)/.test(specifier)) urls.add(new URL(specifier, url).href);
}
`;
