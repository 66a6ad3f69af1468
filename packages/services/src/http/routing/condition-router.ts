import type { HttpRequest } from "@monolake/http";
import { RouteConflictError } from "./errors.ts";
import type { RouteConditions } from "./route-conditions.ts";
import { type PatternToken, parseRoutePattern } from "./route-pattern.ts";
import { createRouteNode, findRoute, insertRoute, type RouteNode, type RouteSelector } from "./route-tree.ts";
import { createRoute, type RouteMatch } from "./router.ts";

/** A route with conditions, and where it stands among the others. */
export interface Candidate<Value> {
  readonly match: RouteMatch<Value>;
  readonly conditions: RouteConditions;
  /** Its place in the configuration, from 0. */
  readonly index: number;
}

/** Routes that share a pattern, but for the names of its parameters; the one with the most conditions first. */
interface SharedPattern<Value> {
  readonly pattern: string;
  readonly candidates: Candidate<Value>[];
}

/** The routes of one host (or of any): a tree of paths, at each of which conditions decide. */
export class ConditionRouter<Value> {
  readonly #root: RouteNode<SharedPattern<Value>> = createRouteNode("");
  readonly #byShape = new Map<string, SharedPattern<Value>>();

  /** Throws ERR_ROUTE_PATTERN_INVALID and ERR_ROUTE_CONFLICT. */
  add(path: string, candidate: Omit<Candidate<Value>, "match"> & { readonly value: Value }): void {
    const tokens = parseRoutePattern(path);
    const shape = shapeOf(tokens);
    const { value, conditions, index } = candidate;
    const shared = this.#byShape.get(shape) ?? this.#insert(path, shape, tokens);
    const same = shared.candidates.find((other) => other.conditions.identity === conditions.identity);
    if (same !== undefined) throw new RouteConflictError({ pattern: path, existing: same.match.pattern });
    shared.candidates.push({ match: createRoute(path, value, tokens), conditions, index });
    shared.candidates.sort((a, b) => b.conditions.count - a.conditions.count || a.index - b.index);
  }

  /** The first of the candidates that a selector takes, at the most specific path that has one. */
  select(target: string, end: number, selector: RouteSelector<SharedPattern<Value>>): void {
    findRoute(this.#root, target, 0, end, selector);
  }

  #insert(path: string, shape: string, tokens: readonly PatternToken[]): SharedPattern<Value> {
    const shared: SharedPattern<Value> = { pattern: path, candidates: [] };
    const existing = insertRoute(this.#root, tokens, shared);
    if (existing !== undefined) throw new RouteConflictError({ pattern: path, existing: existing.pattern });
    this.#byShape.set(shape, shared);
    return shared;
  }
}

const shapeOf = (tokens: readonly PatternToken[]): string =>
  JSON.stringify(tokens.map((token) => (token.type === "static" ? token.text : [token.type])));

/** Takes the first candidate whose conditions hold for a request. */
export class ConditionSelector<Value> implements RouteSelector<SharedPattern<Value>> {
  readonly #request: HttpRequest;
  selected: Candidate<Value> | undefined = undefined;

  constructor(request: HttpRequest) {
    this.#request = request;
  }

  takes({ candidates }: SharedPattern<Value>): boolean {
    this.selected = candidates.find(({ conditions }) => conditions.hold(this.#request));
    return this.selected !== undefined;
  }
}

/** Takes none, and gathers the methods of those that take everything of a request but its method. */
export class MethodCollector<Value> implements RouteSelector<SharedPattern<Value>> {
  readonly #request: HttpRequest;
  readonly methods = new Set<string>();

  constructor(request: HttpRequest) {
    this.#request = request;
  }

  takes({ candidates }: SharedPattern<Value>): boolean {
    for (const { conditions } of candidates)
      if (conditions.holdButMethod(this.#request))
        for (const method of conditions.methods ?? []) this.methods.add(method);
    return false;
  }
}
