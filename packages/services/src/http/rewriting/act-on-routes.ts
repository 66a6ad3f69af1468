import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type Has, type MakeService, makeLayered } from "@monolake/service-async";
import { badRequest } from "../refusals.ts";
import { type matchedRoute, wholeServer } from "../route.ts";
import type { RouteActions } from "./route-actions.ts";
import type { TemplateContext } from "./template-values.ts";

/** What the layer needs of a context. */
export type ActOnRoutesContext = Has<typeof matchedRoute> & TemplateContext;

/**
 * Does what the route of a request says beside its upstreams: rewrites the path, edits the header fields of request and response, or
 * answers itself. Answers 400 where a rewritten path would not be in normal form.
 */
export class ActOnRoutes<Context extends ActOnRoutesContext> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;

  constructor(inner: HttpHandler<Context>) {
    this.inner = inner;
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const { actions } = context.matchedRoute;
    return actions === undefined ? this.inner.call(request, context) : this.#act(actions, request, context);
  }

  async #act(actions: RouteActions, request: HttpRequest, context: Context): Promise<HttpResponse> {
    const values = actions.values(request, context);
    const response = (await this.#answer(actions, request, { context, values })) ?? badRequest(request);
    actions.response?.apply(response.headers, values);
    return response;
  }

  #answer(
    { answer, target, request: edits }: RouteActions,
    request: HttpRequest,
    { context, values }: { readonly context: Context; readonly values: ReturnType<RouteActions["values"]> },
  ): Promise<HttpResponse> | HttpResponse | undefined {
    if (answer !== undefined) {
      const response = answer(request, values);
      if (response !== undefined) request.body.cancel();
      return response;
    }
    // Edits first: they speak of the request as it came.
    edits?.apply(request.headers, values);
    if (target !== undefined && request.target !== wholeServer) {
      const rewritten = target.expand(values);
      if (rewritten === undefined) return undefined;
      request.target = rewritten;
    }
    return this.inner.call(request, context);
  }
}

/** The layer of {@link ActOnRoutes}: inside of `route`, outside of what reads the request for an upstream. */
export const actOnRoutes = <Context extends ActOnRoutesContext>(
  _config: object,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ActOnRoutes<Context>> =>
  makeLayered(ActOnRoutes<Context>, inner, (next) => new ActOnRoutes(next));
