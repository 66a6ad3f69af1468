import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { contextKey, type Has, type MakeService, makeLayered } from "@monolake/service-async";
import { LoadBalancerEmptyError } from "../common/load-balancing/errors.ts";
import {
  createLoadBalancer,
  type LoadBalancer,
  type LoadBalanceStrategy,
} from "../common/load-balancing/load-balancer.ts";
import { badRequest, methodNotAllowed, notFound } from "./refusals.ts";
import { RouteActions, type RouteActionsConfig } from "./rewriting/route-actions.ts";
import { normalTarget } from "./routing/normal-target.ts";
import { RouteConditions, type RouteMatchConfig } from "./routing/route-conditions.ts";
import { RouteTable } from "./routing/route-table.ts";
import { type PathMode, resolveUpstreamPath, strippedPrefixOf } from "./routing/upstream-path.ts";
import { type HttpUpstreamConfig, type HttpUpstreamTarget, upstreamTarget } from "./upstream-target.ts";

/** One route, as it is configured. */
export interface HttpRouteConfig extends RouteActionsConfig {
  /** See `createRouter` for the syntax. */
  readonly path: string;
  /** What a request has to be like beside its path: see `RouteTable` for which of several routes takes it. */
  readonly match?: RouteMatchConfig | undefined;
  /** With `rewrite` always `keep`. */
  readonly pathMode?: PathMode | undefined;
  /** Default `random`. */
  readonly loadBalancer?: LoadBalanceStrategy;
  /** The Host that upstreams see: their own, the client's, or a name with or without a port. Default: as the upstream service says. */
  readonly upstreamHost?: "upstream" | "preserve" | { readonly name: string } | undefined;
  /** May be empty where there is an answer, or a handler. */
  readonly upstreams: readonly HttpUpstreamConfig[];
  /**
   * Answers in place of upstreams, called by the upstream service with the target that an upstream would be asked for. What it needs
   * of a context the compiler does not check. It belongs to the caller.
   */
  readonly handler?: HttpHandler<never> | undefined;
}

/** The route that a request took. */
export interface MatchedRoute {
  readonly pattern: string;
  /** Empty for a route that answers itself. */
  readonly upstreams: LoadBalancer<HttpUpstreamTarget>;
  /** What upstreams do not see of the path, or empty. */
  readonly strippedPrefix: string;
  /** Answers in place of upstreams. */
  readonly handler?: HttpHandler | undefined;
  /** What is done beside: for the layer `actOnRoutes`. */
  readonly actions: RouteActions | undefined;
}

/** The slot of a context that holds the route of its request. */
export const matchedRoute = contextKey<MatchedRoute>()("matchedRoute");

/** The request target that names no path (RFC 9112 section 3.2.4). */
export const wholeServer = "*";

/**
 * Finds the route of a request by its path in normal form, which upstreams get too; answers 404 where there is none,
 * 405 where only its method is none of a route's, and 400 to a path that two readers would take differently.
 */
export class Route<Context extends object> implements HttpHandler<Omit<Context, "matchedRoute">> {
  readonly inner: HttpHandler<Context>;
  readonly #table: RouteTable<MatchedRoute>;
  readonly #routes: ReadonlyMap<string, MatchedRoute>;

  /** `previous`: whose turn it is under `round_robin` goes on for routes with the same pattern. */
  constructor(inner: HttpHandler<Context>, routes: readonly HttpRouteConfig[], previous?: Route<Context>) {
    this.inner = inner;
    const earlier = previous === undefined ? new Map<string, MatchedRoute>() : previous.#routes;
    this.#routes = new Map(
      routes.map((route) => [identityOf(route), prepare(route, earlier.get(identityOf(route)))]),
    );
    this.#table = new RouteTable(
      routes.map((route) => ({
        path: route.path,
        match: route.match,
        value: this.#routes.get(identityOf(route)) as MatchedRoute,
      })),
    );
  }

  call(request: HttpRequest, context: Omit<Context, "matchedRoute">): Promise<HttpResponse> {
    // RFC 9110 section 9.3.7: `OPTIONS *` asks about the whole server, so it takes the way of the root.
    const whole = request.target === wholeServer;
    const target = whole ? "/" : normalTargetOf(request);
    if (target === undefined) return Promise.resolve(badRequest(request));
    if (!whole) request.target = target;
    const match = this.#table.find(request, target);
    if (match === undefined) return Promise.resolve(this.#refuse(request, target));
    // As `provide` does: the slot is filled here, so the context is what the services inside ask for.
    (context as Record<string, unknown>)[matchedRoute.name] = match.value;
    return this.inner.call(request, context as unknown as Context);
  }

  #refuse(request: HttpRequest, target: string): HttpResponse {
    const methods = this.#table.allowedMethods(request, target);
    return methods.length > 0 ? methodNotAllowed(request, methods) : notFound(request);
  }
}

function normalTargetOf({ target, judgedTarget, isJudgedNormal }: HttpRequest): string | undefined {
  return isJudgedNormal && target === judgedTarget ? target : normalTarget(target);
}

/** What a route is known by from one configuration to the next. */
const identityOf = ({ path, match }: HttpRouteConfig): string =>
  match === undefined
    ? path
    : `${path} ${JSON.stringify(match.hosts?.toSorted())} ${new RouteConditions(match).identity}`;

/** Of a route that answers itself, or has a handler. */
const noUpstreams: LoadBalancer<HttpUpstreamTarget> = {
  strategy: "first",
  state: { position: 0 },
  items: [],
  select: () => {
    throw new LoadBalancerEmptyError({});
  },
  alternatives: () => [].values(),
};

function prepare(route: HttpRouteConfig, previous: MatchedRoute | undefined): MatchedRoute {
  const actions = RouteActions.of(route, route.path);
  const pathMode = route.rewrite === undefined ? route.pathMode : "keep";
  const targets = route.upstreams.map((upstream) => upstreamTarget(upstream, { ...route, pathMode }));
  const handler = handlerOf({ ...route, pathMode });
  const upstreams =
    handler === undefined && (targets.length > 0 || route.answer === undefined)
      ? createLoadBalancer(route.loadBalancer, targets, { previous: previous?.upstreams })
      : noUpstreams;
  const strippedPrefix = pathMode === "strip_prefix" ? strippedPrefixOf(route.path) : "";
  return { pattern: route.path, upstreams, strippedPrefix, handler, actions };
}

/** The handler of a route, which sees the target that an upstream would be asked for. */
function handlerOf({ handler, path: pattern, pathMode: mode }: HttpRouteConfig): HttpHandler | undefined {
  if (handler === undefined) return undefined;
  const path = resolveUpstreamPath({ mode, upstreamPath: "", pattern });
  const mounted = handler as HttpHandler;
  return {
    call(request, context) {
      if (request.target !== wholeServer) request.target = path(request.target);
      return mounted.call(request, context);
    },
  };
}

/** The layer of {@link Route}. Throws ERR_ROUTE_CONFLICT, ERR_ROUTE_PATTERN_INVALID, ERR_LOAD_BALANCER_EMPTY, ERR_LOAD_BALANCER_WEIGHT, and what `RouteActions` throws. */
export const route = <Context extends Has<typeof matchedRoute>>(
  config: { readonly routes: readonly HttpRouteConfig[] },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<Route<Context>> =>
  makeLayered(Route<Context>, inner, (next, previous) => new Route(next, config.routes, previous));
