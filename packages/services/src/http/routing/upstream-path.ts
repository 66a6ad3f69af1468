import { endOfPath } from "./request-path.ts";
import { parseRoutePattern, staticPrefix } from "./route-pattern.ts";

/**
 * What an upstream is asked for, when a request is routed to it:
 * - `replace`: the path of the upstream's URI, whatever was requested;
 * - `keep`: the requested path, behind the path of the upstream's URI if that has one;
 * - `strip_prefix`: as `keep`, without what the route's pattern has before its first parameter.
 */
export type PathMode = "replace" | "keep" | "strip_prefix";

/** What {@link resolveUpstreamPath} works from; all of it known when a route is made. */
export interface UpstreamPathOptions {
  /** Unset: `replace` if the upstream's URI has a path (a lone `/` is one, as for nginx), or else `keep`. */
  readonly mode?: PathMode | undefined;
  /** Path and query of the upstream's URI as written, from {@link upstreamPathOf}; empty if it has neither. */
  readonly upstreamPath: string;
  /** The route's pattern. */
  readonly pattern: string;
}

/** Makes the target of the upstream's request from the target of a request that the route's pattern matched. */
export type UpstreamPath = (target: string, end?: number) => string;

/**
 * Prepares how a route's request targets become those of its upstream. In every mode the query of the request goes
 * along, behind the one of the upstream's URI if that has one, joined by `&`. Bytes are passed on as they are:
 * nothing is decoded or encoded, and `//`, `.` and `;` stay. Throws ERR_ROUTE_PATTERN_INVALID.
 */
export function resolveUpstreamPath(options: UpstreamPathOptions): UpstreamPath {
  const { upstreamPath } = options;
  const pathEnd = endOfPath(upstreamPath);
  const path = upstreamPath.slice(0, pathEnd);
  const withQuery = queryJoiner(upstreamPath.slice(pathEnd));
  const mode = options.mode ?? (path === "" ? "keep" : "replace");
  switch (mode) {
    case "replace": {
      const replacement = path === "" ? "/" : path;
      return (target, end = endOfPath(target)) => replacement + withQuery(target, end);
    }
    case "keep":
      return upstreamPath === "" || upstreamPath === "/" ? sameTarget : keepPath(path, withQuery);
    case "strip_prefix":
      return stripPrefix(path, staticPrefix(parseRoutePattern(options.pattern)).length, withQuery);
    default: {
      const never: never = mode;
      throw new TypeError(`unknown path mode ${String(never)}`);
    }
  }
}

/** Path and query of an absolute URI as they are written: `""` for `http://host`, `"/"` for `http://host/`. */
export function upstreamPathOf(uri: string): string {
  const fragment = uri.indexOf("#");
  const whole = fragment === -1 ? uri : uri.slice(0, fragment);
  const scheme = whole.indexOf("://");
  const rest = scheme === -1 ? whole : whole.slice(scheme + 3);
  const start = rest.search(/[/?]/);
  return start === -1 ? "" : rest.slice(start);
}

/** What `strip_prefix` takes off the paths of a route, without the slash at its end. Throws ERR_ROUTE_PATTERN_INVALID. */
export const strippedPrefixOf = (pattern: string): string =>
  withoutLastSlash(staticPrefix(parseRoutePattern(pattern)));

type QueryOf = (target: string, end: number) => string;

/** Gives the query for the upstream, with its `?`: `own` (with its `?`, or empty) and that of the target. */
function queryJoiner(own: string): QueryOf {
  if (own.length <= 1) return (target, end) => target.slice(end);
  return (target, end) => (end + 1 < target.length ? `${own}&${target.slice(end + 1)}` : own);
}

const sameTarget: UpstreamPath = (target) => target;

function keepPath(path: string, withQuery: QueryOf): UpstreamPath {
  const base = withoutLastSlash(path);
  return (target, end = endOfPath(target)) => base + target.slice(0, end) + withQuery(target, end);
}

function stripPrefix(path: string, prefixLength: number, withQuery: QueryOf): UpstreamPath {
  const base = `${withoutLastSlash(path)}/`;
  const bare = path === "" ? "/" : path;
  return (target, end = endOfPath(target)) => {
    if (end <= prefixLength) return bare + withQuery(target, end);
    const start = target.charCodeAt(prefixLength) === slash ? prefixLength + 1 : prefixLength;
    return base + target.slice(start, end) + withQuery(target, end);
  };
}

const slash = 0x2f;

const withoutLastSlash = (path: string): string => (path.endsWith("/") ? path.slice(0, -1) : path);
