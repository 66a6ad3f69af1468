import { contextKey, type Has, type MakeService, makeLayered } from "@monolake/service-async";
import {
  TApplicationException,
  TApplicationExceptionType,
  type ThriftHandler,
  type ThriftMessage,
} from "@monolake/thrift";
import {
  createLoadBalancer,
  type LoadBalancer,
  type LoadBalanceStrategy,
} from "../common/load-balancing/load-balancer.ts";
import { editHeader, type HeaderEdits } from "./header-edits.ts";
import { compileMatch, methodOf, type ThriftRouteMatch } from "./route-match.ts";
import {
  type ThriftUpstreamConfig,
  type ThriftUpstreamTarget,
  thriftUpstreamTarget,
} from "./upstream-target.ts";

/** One route, as it is configured. */
export interface ThriftRouteConfig {
  /** Default: every call. */
  readonly match?: ThriftRouteMatch;
  /** Of calls. */
  readonly request?: HeaderEdits;
  /** Of their answers. */
  readonly response?: HeaderEdits;
  /** Upstreams see the method alone where callers say `Service:method`. Default false. */
  readonly stripService?: boolean;
  /** Default `random`. */
  readonly loadBalancer?: LoadBalanceStrategy;
  readonly upstreams: readonly ThriftUpstreamConfig[];
  /**
   * The calls of all callers share so many connections to each upstream, told apart by their sequence ids: for upstreams that
   * take more than one call of a connection at a time. Default 0: a connection for each call under way.
   */
  readonly multiplex?: number;
}

/** The route that a call took. */
export interface MatchedThriftRoute {
  readonly upstreams: LoadBalancer<ThriftUpstreamTarget>;
  readonly multiplex: number;
}

/** The slot of a context that holds the route of its call. */
export const matchedThriftRoute = contextKey<MatchedThriftRoute>()("matchedThriftRoute");

interface CompiledRoute extends MatchedThriftRoute {
  readonly matches: ((message: ThriftMessage) => boolean) | undefined;
  readonly request: HeaderEdits | undefined;
  readonly response: HeaderEdits | undefined;
  readonly stripService: boolean;
}

/** Finds the route of a call, the first that it matches; UNKNOWN_METHOD where there is none. */
export class ThriftRoute<Context extends object>
  implements ThriftHandler<Omit<Context, "matchedThriftRoute">>
{
  readonly inner: ThriftHandler<Context>;
  readonly #routes: readonly CompiledRoute[];

  /** `previous`: whose turn it is under `round_robin` goes on, route by route in their order. */
  constructor(
    inner: ThriftHandler<Context>,
    routes: readonly ThriftRouteConfig[],
    previous?: ThriftRoute<Context>,
  ) {
    this.inner = inner;
    const earlier = previous === undefined ? [] : previous.#routes;
    this.#routes = routes.map((route, index) => compile(route, earlier[index]));
  }

  call(
    message: ThriftMessage,
    context: Omit<Context, "matchedThriftRoute">,
  ): Promise<ThriftMessage | undefined> {
    const route = this.#routes.find(({ matches }) => matches === undefined || matches(message));
    if (route === undefined) return Promise.reject(noRoute(message.name));
    if (route.stripService) message.name = methodOf(message.name);
    if (route.request !== undefined) editHeader(message, route.request);
    // As `provide` does: the slot is filled here, so the context is what the services inside ask for.
    (context as Record<string, unknown>)[matchedThriftRoute.name] = route;
    const answer = this.inner.call(message, context as unknown as Context);
    const { response } = route;
    if (response === undefined) return answer;
    return answer.then((edited) => {
      if (edited !== undefined) editHeader(edited, response);
      return edited;
    });
  }
}

const noRoute = (name: string): TApplicationException =>
  new TApplicationException(TApplicationExceptionType.UNKNOWN_METHOD, `no route for ${name}`);

function compile(route: ThriftRouteConfig, previous: CompiledRoute | undefined): CompiledRoute {
  const targets = route.upstreams.map(thriftUpstreamTarget);
  return {
    matches: compileMatch(route.match),
    request: route.request,
    response: route.response,
    stripService: route.stripService ?? false,
    multiplex: route.multiplex ?? 0,
    upstreams: createLoadBalancer(route.loadBalancer, targets, { previous: previous?.upstreams }),
  };
}

/** The layer of {@link ThriftRoute}. Throws ERR_LOAD_BALANCER_EMPTY and ERR_LOAD_BALANCER_WEIGHT. */
export const thriftRoute = <Context extends Has<typeof matchedThriftRoute>>(
  config: { readonly routes: readonly ThriftRouteConfig[] },
  inner: MakeService<ThriftHandler<Context>>,
): MakeService<ThriftRoute<Context>> =>
  makeLayered(
    ThriftRoute<Context>,
    inner,
    (next, previous) => new ThriftRoute(next, config.routes, previous),
  );
