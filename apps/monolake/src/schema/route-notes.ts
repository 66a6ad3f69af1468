import type { ConfigProblem, ValidConfig } from "@monolake/config";
import { normalTarget } from "@monolake/services/http";
import type { ConfigFile } from "./config-file-schema.ts";

/**
 * What paths of routes say that is allowed and hardly meant: the notation of other programs, a path that no request has, and a `/`
 * that nobody takes.
 */
export const doubtfulRoutes = (config: ValidConfig<ConfigFile>): ConfigProblem[] =>
  Object.entries(config.value.servers).flatMap(([key, server]) => {
    if (server.proxy_type !== "http") return [];
    const paths = server.routes.map(({ path }) => path);
    return server.routes.flatMap(({ path, match }, index) => {
      const doubt =
        foreignNotation(path) ??
        neverAsked(path) ??
        (match === undefined ? untakenRoot(path, paths) : undefined);
      if (doubt === undefined) return [];
      return [config.problemAt(["servers", key, "routes", index, "path"], doubt, "warning")];
    });
  });

function foreignNotation(path: string): string | undefined {
  const text = path.replaceAll(/\{[^}]*\}/g, "");
  const name = /\/:(\w+)/.exec(text)?.[1];
  if (name !== undefined) return `":${name}" is text here: a parameter is {${name}}`;
  return text.includes("*") ? '"*" is text here: everything below is {*rest}' : undefined;
}

/** Routes see paths as they are sent, encoded and in normal form. */
function neverAsked(path: string): string | undefined {
  const text = path.replaceAll(/\{\{|\}\}|\{[^}]*\}/g, (token) =>
    token === "{{" || token === "}}" ? token.slice(1) : "x",
  );
  const [character] = /[?#]|[^!-~]/u.exec(text) ?? [];
  if (character === "?") return 'no request has "?" in its path: what follows it is for "match.query"';
  if (character === "#") return 'no request has "#" in its path';
  if (character !== undefined)
    return `no request has ${JSON.stringify(character)} in its path: it comes as "${percentEncoded(character)}"`;
  return normalTarget(text) === text
    ? undefined
    : "no request is seen with this path: in normal form it is another, or refused";
}

const percentEncoded = (character: string): string =>
  Buffer.from(character).toString("hex").toUpperCase().replaceAll(/../g, "%$&");

const untakenRoot = (path: string, paths: readonly string[]): string | undefined =>
  /^\/\{\*[^}]*\}$/.test(path) && !paths.includes("/")
    ? `"/" itself is taken by no route: "${path}" takes what is below it`
    : undefined;
