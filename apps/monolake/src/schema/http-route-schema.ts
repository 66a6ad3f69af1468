import { METHODS } from "node:http";
import { expects } from "@monolake/config";
import { z } from "zod";
import { fileNameSchema } from "./file-name-schema.ts";
import type { RouteConfig } from "./http-server-config.ts";
import { parseHostAndPort } from "./network-address.ts";
import { normalizeHttpUpstream } from "./normalize-upstream.ts";
import { present } from "./present.ts";
import { checkRouteActions } from "./route-actions-check.ts";
import { answersItself, redirectSchema, respondSchema } from "./route-answer-schema.ts";
import { checkWeights, httpUpstreamsSchema, loadBalancerSchema } from "./upstream-schema.ts";

const hostPattern = z
  .string()
  .refine(
    (host) =>
      parseHostAndPort(`${host.replace(/^\*\./, "")}:1`) !== undefined || /^\[[\da-f:.]+\]$/i.test(host),
    expects('a host without port such as "api.example.com" or "*.example.com"'),
  );

const isToken = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(text);

/** Methods are case-sensitive (RFC 9110 section 9.1): `get` would be another one, which nobody sends. */
const method = z
  .string()
  .refine(
    (text) => isToken(text) && (text === text.toUpperCase() || !METHODS.includes(text.toUpperCase())),
    expects("a method such as GET, in upper case"),
  );

const fieldName = z.string().refine(isToken, expects("characters that names of header fields have"));

const matchSchema = z
  .strictObject({
    hosts: z
      .array(hostPattern)
      .min(1)
      .optional()
      .describe("Names in Host, without port; `*.example.com` for all below it. One of them"),
    methods: z.array(method).min(1).optional().describe("One of them; GET takes HEAD, too. 405 for others"),
    headers: z
      .record(fieldName, z.string())
      .optional()
      .describe("Fields with their values; `*` for any value"),
    query: z
      .record(z.string().min(1), z.string())
      .optional()
      .describe("Parameters with their values, decoded; `*` for any value"),
  })
  .optional()
  .describe("What else has to hold; all of it");

const editsSchema = z.strictObject({
  set: z
    .record(z.string(), z.string())
    .optional()
    .describe("Fields and templates of their values, in place of what there is"),
  add: z.record(z.string(), z.string()).optional().describe("The same, as further lines"),
  remove: z.array(z.string()).optional().describe("Fields; before anything is set"),
});

const upstreamHost = z
  .string()
  .refine(
    (host) =>
      host === "upstream" ||
      host === "preserve" ||
      parseHostAndPort(host) !== undefined ||
      parseHostAndPort(`${host}:1`) !== undefined,
    expects('"upstream", "preserve", or a host such as "app.internal"'),
  );

const routeTable = z.strictObject({
  path: z
    .string()
    .refine((path) => path.startsWith("/"), expects('a path that begins with "/"'))
    .describe("Pattern with {name} for one segment and {*name} for the rest"),
  match: matchSchema,
  path_mode: z
    .enum(["replace", "keep", "strip_prefix"])
    .optional()
    .describe("What becomes of the requested path; replace where the upstream's uri has a path, else keep"),
  rewrite: z
    .string()
    .optional()
    .describe("Template of the path for upstreams, `/api/{id}?y={q}`; behind the path of an upstream's uri"),
  upstream_host: upstreamHost
    .optional()
    .describe(
      'The Host that upstreams see: "upstream", "preserve", or a host; as the server says when left out',
    ),
  request: editsSchema.optional().describe("What is changed in the header of requests"),
  response: editsSchema.optional().describe("What is changed in the header of responses"),
  redirect: redirectSchema.optional(),
  respond: respondSchema.optional(),
  load_balancer: loadBalancerSchema,
  upstreams: httpUpstreamsSchema
    .optional()
    .describe("Where requests are sent; required unless there is a module, redirect or respond"),
  module: fileNameSchema
    .optional()
    .describe("File of a module that answers itself: its default export is a fetch handler"),
});

/** One `[[servers.KEY.routes]]`. */
type HttpRouteTable = z.output<typeof routeTable>;

/** One of `routes` of an HTTP server. */
export const httpRouteSchema = routeTable.superRefine(checkAnswerer).superRefine(checkRouteActions);

/** Somebody has to answer, and not several. */
function checkAnswerer(route: HttpRouteTable, context: z.RefinementCtx): void {
  const add = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  const answerers = (["upstreams", "module", "redirect", "respond"] as const).filter(
    (key) => route[key] !== undefined,
  );
  const [first, second] = answerers;
  if (second !== undefined)
    add(second, `expected either ${JSON.stringify(first)} or ${JSON.stringify(second)}`);
  if (first === undefined) {
    const message = 'missing key "upstreams": expected "upstreams", "module", "redirect" or "respond"';
    context.addIssue({ code: "custom", path: [], message });
  }
  for (const key of ["rewrite", "path_mode", "upstream_host", "request"] as const)
    if (answersItself(route) && route[key] !== undefined)
      add(key, `"${key}" is of no use where the route answers itself`);
  if (route.rewrite !== undefined && route.path_mode !== undefined)
    add("path_mode", 'expected either "rewrite" or "path_mode"');
  if (route.upstreams !== undefined) checkWeights({ ...route, upstreams: route.upstreams }, context);
}

/** The route from a checked table. */
export function normalizeHttpRoute(route: HttpRouteTable): RouteConfig {
  const { path, match, path_mode: pathMode, rewrite, module, request, response, redirect, respond } = route;
  const host = route.upstream_host;
  return {
    path,
    ...(match === undefined || Object.values(match).every((part) => part === undefined)
      ? {}
      : { match: present(match) }),
    ...present({ pathMode, rewrite, module }),
    ...(host === undefined
      ? {}
      : { upstreamHost: host === "upstream" || host === "preserve" ? host : { name: host } }),
    ...(request === undefined ? {} : { requestHeaders: present(request) }),
    ...(response === undefined ? {} : { responseHeaders: present(response) }),
    ...(redirect === undefined ? {} : { answer: { type: "redirect", ...redirect } }),
    ...(respond === undefined ? {} : { answer: normalizeRespond(respond) }),
    loadBalancer: route.load_balancer,
    upstreams: (route.upstreams ?? []).map(normalizeHttpUpstream),
  };
}

const normalizeRespond = ({
  status,
  content_type: contentType,
  body,
  file,
}: z.output<typeof respondSchema>) =>
  ({ type: "respond", status, ...present({ contentType, body, file }) }) as const;
