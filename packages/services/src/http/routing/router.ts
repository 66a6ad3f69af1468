import { RouteConflictError } from "./errors.ts";
import { endOfPath, endOfSegment } from "./request-path.ts";
import { type PatternToken, parseRoutePattern } from "./route-pattern.ts";
import { createRouteNode, findRoute, insertRoute, type RouteNode } from "./route-tree.ts";

/** What a {@link Router} is made of: a pattern, and what to find under it. */
export interface RouteDefinition<out Value> {
  readonly path: string;
  readonly value: Value;
}

/** The parts of a path that stood for a pattern's parameters, as they were sent: never decoded. No prototype. */
export type RouteParameters = Readonly<Record<string, string>>;

/** The route that a path led to. One object a route, made with the router: matching allocates nothing. */
export interface RouteMatch<out Value> {
  readonly value: Value;
  /** The pattern as it was configured. */
  readonly pattern: string;
  /**
   * What the parameters stand for in `target`, which must be one that this route was found for. Computed anew by
   * each call, so that only who asks pays. When a pattern uses a name twice, its first place counts.
   */
  readonly parameters: (target: string, end?: number) => RouteParameters;
}

/** Finds the route for a path. Made by {@link createRouter}, and does not change any more. */
export interface Router<out Value> {
  /**
   * The best route for the path of a request target, or `undefined`. The path ends at `end`; left out, at the `?`.
   * It is compared as it was sent: nothing is decoded, and neither `//` nor `.` nor a last `/` is taken away.
   */
  readonly match: (target: string, end?: number) => RouteMatch<Value> | undefined;
}

/**
 * Makes a router. The order of the routes does not matter: text goes before a parameter, a parameter before a
 * catch-all, at the first place where two patterns differ; a way that leads nowhere is taken back.
 *
 * - `/users/{id}` takes one segment, up to the next `/`; text may stand before the parameter (`/img-{id}`), not behind.
 * - `/files/{*path}` takes all the rest, which is not empty; only at the end.
 * - `{{` and `}}` are the characters `{` and `}`.
 *
 * Throws ERR_ROUTE_PATTERN_INVALID with the position, and ERR_ROUTE_CONFLICT with both patterns.
 */
export function createRouter<Value>(routes: Iterable<RouteDefinition<Value>>): Router<Value> {
  const root = createRouteNode<Route<Value>>("");
  for (const { path, value } of routes) {
    const tokens = parseRoutePattern(path);
    const existing = insertRoute(root, tokens, new Route(path, value, tokens));
    if (existing !== undefined) throw new RouteConflictError({ pattern: path, existing: existing.pattern });
  }
  return new RadixRouter(root);
}

/** A route by itself, as {@link Router} finds it. */
export const createRoute = <Value>(
  pattern: string,
  value: Value,
  tokens: readonly PatternToken[],
): RouteMatch<Value> => new Route(pattern, value, tokens);

class RadixRouter<Value> implements Router<Value> {
  readonly #root: RouteNode<Route<Value>>;

  constructor(root: RouteNode<Route<Value>>) {
    this.#root = root;
  }

  match(target: string, end = endOfPath(target)): RouteMatch<Value> | undefined {
    return findRoute(this.#root, target, 0, end);
  }
}

class Route<Value> implements RouteMatch<Value> {
  readonly pattern: string;
  readonly value: Value;
  readonly #tokens: readonly PatternToken[];

  constructor(pattern: string, value: Value, tokens: readonly PatternToken[]) {
    this.pattern = pattern;
    this.value = value;
    this.#tokens = tokens;
  }

  parameters(target: string, end = endOfPath(target)): RouteParameters {
    const parameters: Record<string, string> = Object.create(null);
    let position = 0;
    for (const token of this.#tokens) {
      if (token.type === "static") {
        position += token.text.length;
        continue;
      }
      // No search: a parameter always ends at the next slash, so a path fits its pattern in one way only.
      const stop = token.type === "parameter" ? endOfSegment(target, position, end) : end;
      parameters[token.name] ??= target.slice(position, stop);
      position = stop;
    }
    return parameters;
  }
}
