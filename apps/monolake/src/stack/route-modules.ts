import { type Fetch, FetchHandler, FetchModuleError, importFetch } from "@monolake/http/fetch";
import type { HttpRouteConfig } from "@monolake/services/http";
import type { ProxyContext } from "./proxy-context.ts";
import { faultOf, findSyntaxFault } from "./syntax-fault.ts";

/** A route that may have a module in the place of upstreams. */
interface ModuleRoute extends Omit<HttpRouteConfig, "handler"> {
  readonly module?: string;
}

/** The routes of a server, with the handlers of those that have a module. Rejects with ERR_HTTP_FETCH_MODULE. */
export const withModules = (routes: readonly ModuleRoute[]): Promise<HttpRouteConfig[]> =>
  Promise.all(
    routes.map(async ({ module, ...route }) =>
      module === undefined ? route : { ...route, handler: new FetchHandler(await load(module), { scheme }) },
    ),
  );

async function load(module: string): Promise<Fetch<ProxyContext>> {
  try {
    return await importFetch<ProxyContext>(module);
  } catch (error) {
    throw error instanceof FetchModuleError ? await withPlace(error) : error;
  }
}

/** Of an error of syntax Node.js says what is wrong, not where. */
async function withPlace(error: FetchModuleError): Promise<FetchModuleError> {
  const { cause, path } = error;
  if (!(cause instanceof SyntaxError)) return error;
  const fault = faultOf(cause) ?? (await findSyntaxFault(path));
  if (fault === undefined) return error;
  const { place, message, excerpt } = fault;
  const told = new SyntaxError(message);
  // Whoever parsed it is nobody's concern.
  told.stack = `${excerpt}\nSyntaxError: ${message}`;
  return new FetchModuleError({ path, problem: `${place}: ${message}`, cause: told });
}

const scheme = (_request: unknown, { tls }: ProxyContext) => (tls === undefined ? "http" : "https");
