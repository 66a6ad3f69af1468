import type { HttpRequest } from "@monolake/http";
import { parseRoutePattern } from "../routing/route-pattern.ts";
import { createRoute, type RouteParameters } from "../routing/router.ts";
import { HeaderEdits, type HttpHeaderEdits } from "./header-edits.ts";
import { type RouteAnswer, type RouteAnswerConfig, routeAnswer } from "./route-answer.ts";
import { TargetTemplate } from "./target-template.ts";
import { type TemplateContext, TemplateValues } from "./template-values.ts";

/** What a route does beside choosing an upstream. */
export interface RouteActionsConfig {
  /** The path, and query, that upstreams are asked for: a template such as `/api/{id}?y={q}`. */
  readonly rewrite?: string | undefined;
  /** Of requests, for upstreams. */
  readonly requestHeaders?: HttpHeaderEdits | undefined;
  /** Of responses, for clients. */
  readonly responseHeaders?: HttpHeaderEdits | undefined;
  /** In place of an upstream's. */
  readonly answer?: RouteAnswerConfig | undefined;
}

/** The actions of one route, ready for use. */
export class RouteActions {
  readonly target: TargetTemplate | undefined;
  readonly request: HeaderEdits | undefined;
  readonly response: HeaderEdits | undefined;
  readonly answer: RouteAnswer | undefined;
  readonly #parametersOf: (target: string) => RouteParameters;

  /** Undefined for a route that has none. Throws ERR_ROUTE_TEMPLATE_INVALID, ERR_HEADER_EDIT_INVALID, ERR_ROUTE_ANSWER_INVALID. */
  static of(config: RouteActionsConfig, pattern: string): RouteActions | undefined {
    const { rewrite, requestHeaders, responseHeaders, answer } = config;
    const hasAny = [rewrite, requestHeaders, responseHeaders, answer].some((part) => part !== undefined);
    return hasAny ? new RouteActions(config, pattern) : undefined;
  }

  private constructor(config: RouteActionsConfig, pattern: string) {
    const { rewrite, requestHeaders, responseHeaders, answer } = config;
    const edits = (table: HttpHeaderEdits | undefined) =>
      table === undefined ? undefined : new HeaderEdits(table, pattern);
    this.target = rewrite === undefined ? undefined : new TargetTemplate(rewrite, pattern);
    this.request = edits(requestHeaders);
    this.response = edits(responseHeaders);
    this.answer = answer === undefined ? undefined : routeAnswer(answer, pattern);
    const route = createRoute(pattern, undefined, parseRoutePattern(pattern));
    this.#parametersOf = (target) => route.parameters(target);
  }

  /** What templates say for a request that this route takes. */
  values(request: HttpRequest, context: TemplateContext): TemplateValues {
    return new TemplateValues(request, context, this.#parametersOf);
  }
}
