import { MonolakeError } from "@monolake/errors";
import { type HttpHeaderEdits, RouteActions, type RouteActionsConfig } from "@monolake/services/http";
import type { z } from "zod";

/** What is looked at of a route. */
interface ActingRoute {
  readonly path: string;
  readonly rewrite?: string | undefined;
  readonly request?: EditsTable | undefined;
  readonly response?: EditsTable | undefined;
  readonly redirect?: { readonly status: number; readonly location: string } | undefined;
  readonly respond?:
    | {
        readonly status: number;
        readonly content_type?: string | undefined;
        readonly body?: string | undefined;
      }
    | undefined;
}

interface EditsTable {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly add?: Readonly<Record<string, string>> | undefined;
  readonly remove?: readonly string[] | undefined;
}

type Path = readonly (string | number)[];

/** For `superRefine`: asks what serves requests what it would refuse, one piece after the other, so that each has its place. */
export function checkRouteActions(route: ActingRoute, context: z.RefinementCtx): void {
  const { path: pattern, rewrite, request, response, redirect, respond } = route;
  const tryOut = (path: Path, config: RouteActionsConfig) => {
    const message = refusalOf(config, pattern);
    if (message !== undefined) context.addIssue({ code: "custom", path: [...path], message });
  };
  if (rewrite !== undefined) tryOut(["rewrite"], { rewrite });
  if (redirect !== undefined) tryOut(["redirect", "location"], { answer: { type: "redirect", ...redirect } });
  if (respond !== undefined)
    tryOut(["respond"], { answer: { type: "respond", status: respond.status, body: respond.body } });
  for (const [path, edits] of editsOf("request", request)) tryOut(path, { requestHeaders: edits });
  for (const [path, edits] of editsOf("response", response)) tryOut(path, { responseHeaders: edits });
  const contentType = respond?.content_type;
  if (contentType !== undefined)
    tryOut(["respond", "content_type"], {
      responseHeaders: { set: { "Content-Type": escapeBraces(contentType) } },
    });
}

function* editsOf(key: string, table: EditsTable = {}): Generator<[Path, HttpHeaderEdits]> {
  for (const kind of ["set", "add"] as const)
    for (const [name, value] of Object.entries(table[kind] ?? {}))
      yield [[key, kind, name], { [kind]: { [name]: value } }];
  for (const [index, name] of (table.remove ?? []).entries())
    yield [[key, "remove", index], { remove: [name] }];
}

/** Undefined also for a pattern that is wrong, which is told elsewhere. */
function refusalOf(config: RouteActionsConfig, pattern: string): string | undefined {
  try {
    RouteActions.of(config, pattern);
    return undefined;
  } catch (error: unknown) {
    if (!MonolakeError.is(error)) throw error;
    return error.code === "ERR_ROUTE_PATTERN_INVALID" ? undefined : error.message;
  }
}

const escapeBraces = (text: string): string => text.replaceAll("{", "{{").replaceAll("}", "}}");

/** Fields that the proxy writes behind all edits. */
const forwardingFields = /^(?:x-forwarded-(?:for|proto|host|port|prefix)|x-real-ip|forwarded)$/i;

/** For `superRefine` of a server: what `forwarded` says of those fields comes behind what a route could say. */
export function checkForwardingEdits(
  {
    forwarded,
    routes,
  }: { readonly forwarded: { readonly mode: string }; readonly routes: readonly ActingRoute[] },
  context: z.RefinementCtx,
): void {
  if (forwarded.mode === "off") return;
  for (const [index, { request }] of routes.entries()) {
    for (const [path, { set, add, remove }] of editsOf("request", request)) {
      const [name = ""] = [...Object.keys({ ...set, ...add }), ...(remove ?? [])];
      if (!forwardingFields.test(name)) continue;
      const message = `${JSON.stringify(name)} is what "forwarded" says, unless its mode is "off"`;
      context.addIssue({ code: "custom", path: ["routes", index, ...path], message });
    }
  }
}
