import { createResponse, type HttpRequest, type HttpResponse } from "@monolake/http";
import { RouteAnswerInvalidError } from "./errors.ts";
import { LocationTemplate } from "./location-template.ts";
import type { TemplateValues } from "./template-values.ts";

/** An answer that needs no upstream. */
export type RouteAnswerConfig =
  | {
      readonly type: "redirect";
      /** 301, 302, 303, 307 or 308. */
      readonly status: number;
      /** A template: see `LocationTemplate`. */
      readonly location: string;
    }
  | {
      readonly type: "respond";
      /** 200 to 599. */
      readonly status: number;
      /** Default: text in UTF-8, where there is a body. */
      readonly contentType?: string | undefined;
      /** Text, or bytes that the answer may keep. Default: none. */
      readonly body?: string | Uint8Array | undefined;
    };

/** Makes the response to a request; undefined where the request makes it impossible, which is answered with 400. */
export type RouteAnswer = (request: HttpRequest, values: TemplateValues) => HttpResponse | undefined;

const redirects = new Set([301, 302, 303, 307, 308]);
/** RFC 9110 section 6.4.1: they have no content. */
const withoutContent = new Set([204, 205, 304]);
const plainText = "text/plain; charset=utf-8";

/** Throws ERR_ROUTE_ANSWER_INVALID and ERR_ROUTE_TEMPLATE_INVALID. */
export function routeAnswer(config: RouteAnswerConfig, pattern: string): RouteAnswer {
  if (config.type === "redirect") return redirect(config, pattern);
  const { status, body, contentType = plainText } = config;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RouteAnswerInvalidError({ problem: `expected a status of 200 to 599, found ${status}` });
  const isEmpty = body === undefined || body.length === 0;
  if (withoutContent.has(status) && !isEmpty)
    throw new RouteAnswerInvalidError({ problem: `a response with status ${status} has no body` });
  const bytes = isEmpty ? undefined : typeof body === "string" ? Buffer.from(body) : body;
  const headers = bytes === undefined ? [] : [["Content-Type", contentType] as const];
  return () => createResponse(bytes, { status, headers });
}

function redirect(
  { status, location }: RouteAnswerConfig & { readonly type: "redirect" },
  pattern: string,
): RouteAnswer {
  if (!redirects.has(status))
    throw new RouteAnswerInvalidError({
      problem: `expected status 301, 302, 303, 307 or 308 for a redirect, found ${status}`,
    });
  const template = new LocationTemplate(location, pattern);
  return (_request, values) => {
    const target = template.expand(values);
    return target === undefined
      ? undefined
      : createResponse(undefined, { status, headers: [["Location", target]] });
  };
}
