import { FetchHandler, importFetch } from "@monolake/http/fetch";
import type { HttpRouteConfig } from "@monolake/services/http";
import type { ProxyContext } from "./proxy-context.ts";

/** A route that may have a module in the place of upstreams. */
interface ModuleRoute extends Omit<HttpRouteConfig, "handler"> {
  readonly module?: string;
}

/** The routes of a server, with the handlers of those that have a module. Rejects with ERR_HTTP_FETCH_MODULE. */
export const withModules = (routes: readonly ModuleRoute[]): Promise<HttpRouteConfig[]> =>
  Promise.all(
    routes.map(async ({ module, ...route }) =>
      module === undefined
        ? route
        : { ...route, handler: new FetchHandler(await importFetch<ProxyContext>(module), { scheme }) },
    ),
  );

const scheme = (_request: unknown, { tls }: ProxyContext) => (tls === undefined ? "http" : "https");
