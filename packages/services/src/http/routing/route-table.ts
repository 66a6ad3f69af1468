import type { HttpRequest } from "@monolake/http";
import { type Candidate, ConditionRouter, ConditionSelector, MethodCollector } from "./condition-router.ts";
import { hostName } from "./request-host.ts";
import { endOfPath } from "./request-path.ts";
import { RouteConditions, type RouteMatchConfig } from "./route-conditions.ts";
import { createRouter, type RouteMatch, type Router } from "./router.ts";

/** One route: a path, further conditions, and what to find there. */
export interface ConditionalRoute<out Value> {
  readonly path: string;
  readonly match?: RouteMatchConfig | undefined;
  readonly value: Value;
}

/**
 * Finds the route of a request. Where several routes take it, the first of these decides:
 *
 * 1. the host: an exact name, then the longest wildcard, then routes for any host;
 * 2. the path, as in `createRouter`: text before a parameter, a parameter before a catch-all;
 * 3. the number of further conditions: methods count as one, every header and every query parameter as one;
 * 4. the order of the configuration.
 *
 * A route whose conditions do not hold is passed over, and the next one by these rules is looked at. Without any condition
 * in the whole table only the path is looked at.
 */
export class RouteTable<Value> {
  /** Set when no route has a condition. */
  readonly #plain: Router<Value> | undefined;
  readonly #anyHost = new ConditionRouter<Value>();
  readonly #hosts = new Map<string, ConditionRouter<Value>>();

  /**
   * Throws ERR_ROUTE_PATTERN_INVALID, and ERR_ROUTE_CONFLICT for two routes with the same host, path and conditions, or with a
   * parameter and a catch-all at the same place of the same host.
   */
  constructor(routes: readonly ConditionalRoute<Value>[]) {
    if (routes.every(({ match }) => match === undefined)) {
      this.#plain = createRouter(routes);
      return;
    }
    for (const [index, { path, match, value }] of routes.entries()) {
      const conditions = new RouteConditions(match);
      for (const router of this.#routersOf(match?.hosts)) router.add(path, { value, conditions, index });
    }
  }

  /** The best route for a request whose target is `target`, in normal form; undefined when none takes it. */
  find(request: HttpRequest, target: string): RouteMatch<Value> | undefined {
    if (this.#plain !== undefined) return this.#plain.match(target);
    return this.#candidate(request, target)?.match;
  }

  /** The methods of routes that take everything of a request but its method; empty when there are none: 404, not 405. */
  allowedMethods(request: HttpRequest, target: string): string[] {
    if (this.#plain !== undefined) return [];
    const collector = new MethodCollector<Value>(request);
    for (const router of this.#routersFor(request)) router.select(target, endOfPath(target), collector);
    return [...collector.methods];
  }

  #candidate(request: HttpRequest, target: string): Candidate<Value> | undefined {
    const selector = new ConditionSelector<Value>(request);
    for (const router of this.#routersFor(request)) {
      router.select(target, endOfPath(target), selector);
      if (selector.selected !== undefined) return selector.selected;
    }
    return undefined;
  }

  /** Those of the hosts that a request's name is one of, the most specific first, and that of any host. */
  *#routersFor(request: HttpRequest): Generator<ConditionRouter<Value>> {
    if (this.#hosts.size > 0) {
      const name = hostName(request.headers.get("host") ?? "");
      const exact = this.#hosts.get(name);
      if (exact !== undefined) yield exact;
      for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
        const wildcard = dot === 0 ? undefined : this.#hosts.get(`*${name.slice(dot)}`);
        if (wildcard !== undefined) yield wildcard;
      }
    }
    yield this.#anyHost;
  }

  #routersOf(hosts: readonly string[] | undefined): ConditionRouter<Value>[] {
    if (hosts === undefined) return [this.#anyHost];
    return [...new Set(hosts.map(hostName))].map((host) => {
      const router = this.#hosts.get(host) ?? new ConditionRouter<Value>();
      this.#hosts.set(host, router);
      return router;
    });
  }
}
