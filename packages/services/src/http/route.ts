import { createResponse, type HttpHandler, type HttpRequest, type HttpResponse } from "@monolake/http";
import { contextKey, type Has, type MakeService, makeLayered } from "@monolake/service-async";
import {
  createLoadBalancer,
  type LoadBalancer,
  type LoadBalanceStrategy,
} from "../common/load-balancing/load-balancer.ts";
import { normalTarget } from "./routing/normal-target.ts";
import { createRouter, type Router } from "./routing/router.ts";
import { type PathMode, resolveUpstreamPath, strippedPrefixOf } from "./routing/upstream-path.ts";
import { type HttpUpstreamConfig, type HttpUpstreamTarget, upstreamTarget } from "./upstream-target.ts";

/** One route, as it is configured. */
export interface HttpRouteConfig {
  /** See `createRouter` for the syntax. */
  readonly path: string;
  readonly pathMode?: PathMode | undefined;
  /** Default `random`. */
  readonly loadBalancer?: LoadBalanceStrategy;
  /** May be empty where there is a handler. */
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
  readonly upstreams: LoadBalancer<HttpUpstreamTarget>;
  /** What upstreams do not see of the path, or empty. */
  readonly strippedPrefix: string;
  /** Answers in place of upstreams. */
  readonly handler?: HttpHandler | undefined;
}

/** The slot of a context that holds the route of its request. */
export const matchedRoute = contextKey<MatchedRoute>()("matchedRoute");

/** The request target that names no path (RFC 9112 section 3.2.4). */
export const wholeServer = "*";

/**
 * Finds the route of a request by its path in normal form, which upstreams get too; answers 404 where there is none, and 400
 * to a path that two readers would take differently.
 */
export class Route<Context extends object> implements HttpHandler<Omit<Context, "matchedRoute">> {
  readonly inner: HttpHandler<Context>;
  readonly #router: Router<MatchedRoute>;
  readonly #routes: ReadonlyMap<string, MatchedRoute>;

  /** `previous`: whose turn it is under `round_robin` goes on for routes with the same pattern. */
  constructor(inner: HttpHandler<Context>, routes: readonly HttpRouteConfig[], previous?: Route<Context>) {
    this.inner = inner;
    const earlier = previous === undefined ? new Map<string, MatchedRoute>() : previous.#routes;
    this.#routes = new Map(routes.map((route) => [route.path, prepare(route, earlier.get(route.path))]));
    this.#router = createRouter(
      routes.map((route) => ({ path: route.path, value: this.#routes.get(route.path) as MatchedRoute })),
    );
  }

  call(request: HttpRequest, context: Omit<Context, "matchedRoute">): Promise<HttpResponse> {
    // RFC 9110 section 9.3.7: `OPTIONS *` asks about the whole server, so it takes the way of the root.
    const whole = request.target === wholeServer;
    const target = whole ? "/" : normalTarget(request.target);
    if (target === undefined) return Promise.resolve(badRequest(request));
    if (!whole) request.target = target;
    const match = this.#router.match(target);
    if (match === undefined) return Promise.resolve(notFound(request));
    // As `provide` does: the slot is filled here, so the context is what the services inside ask for.
    (context as Record<string, unknown>)[matchedRoute.name] = match.value;
    return this.inner.call(request, context as unknown as Context);
  }
}

function prepare(route: HttpRouteConfig, previous: MatchedRoute | undefined): MatchedRoute {
  const targets = route.upstreams.map((upstream) => upstreamTarget(upstream, route));
  const handler = handlerOf(route);
  const strippedPrefix = route.pathMode === "strip_prefix" ? strippedPrefixOf(route.path) : "";
  const upstreams =
    handler === undefined
      ? createLoadBalancer(route.loadBalancer, targets, { previous: previous?.upstreams })
      : nobody;
  return { pattern: route.path, upstreams, strippedPrefix, handler };
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

/** The upstreams of a route with a handler. */
const nobody: LoadBalancer<never> = {
  strategy: "first",
  state: { position: 0 },
  items: [],
  select() {
    throw new TypeError("the route has a handler, and no upstreams");
  },
  alternatives: () => [].values(),
};

/** The last answer on its connection, as to any request that is refused. */
function badRequest(request: HttpRequest): HttpResponse {
  request.body.cancel();
  const headers = [["Content-Type", "text/plain; charset=utf-8"]] as const;
  const response = createResponse("400 Bad Request\n", { status: 400, headers });
  response.persist = false;
  return response;
}

function notFound(request: HttpRequest): HttpResponse {
  request.body.cancel();
  return createResponse(undefined, { status: 404 });
}

/** The layer of {@link Route}. Throws ERR_ROUTE_CONFLICT, ERR_ROUTE_PATTERN_INVALID, ERR_LOAD_BALANCER_EMPTY and ERR_LOAD_BALANCER_WEIGHT. */
export const route = <Context extends Has<typeof matchedRoute>>(
  config: { readonly routes: readonly HttpRouteConfig[] },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<Route<Context>> =>
  makeLayered(Route<Context>, inner, (next, previous) => new Route(next, config.routes, previous));
