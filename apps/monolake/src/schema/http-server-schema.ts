import { expects } from "@monolake/config";
import { z } from "zod";
import { accessLogSchema } from "./access-log-schema.ts";
import { contentHandlerSchema } from "./content-handler-schema.ts";
import { forwardedSchema, requestIdSchema } from "./forwarded-schema.ts";
import { httpLimitsSchema } from "./http-limits-schema.ts";
import { httpTimeoutsSchema } from "./http-timeouts-schema.ts";
import { openidSchema } from "./openid-schema.ts";
import { checkRoutes } from "./route-check.ts";
import { serverShape } from "./server-schema.ts";
import { checkWeights, httpUpstreamsSchema, loadBalancerSchema } from "./upstream-schema.ts";

const routeSchema = z
  .strictObject({
    path: z
      .string()
      .refine((path) => path.startsWith("/"), expects('a path that begins with "/"'))
      .describe("Pattern with {name} for one segment and {*name} for the rest"),
    path_mode: z
      .enum(["replace", "keep", "strip_prefix"])
      .optional()
      .describe("What becomes of the requested path; replace where the upstream's uri has a path, else keep"),
    load_balancer: loadBalancerSchema,
    upstreams: httpUpstreamsSchema
      .optional()
      .describe("Where requests are sent; required unless there is a module"),
    module: z
      .string()
      .min(1)
      .optional()
      .describe("File of a module that answers itself: its default export is a fetch handler"),
  })
  .superRefine(checkDestination);

type RouteTable = z.output<typeof routeSchema>;

/** Either upstreams or a module. */
function checkDestination(
  route: Pick<RouteTable, "load_balancer" | "upstreams" | "module">,
  context: z.RefinementCtx,
): void {
  const { load_balancer, upstreams, module } = route;
  if (upstreams !== undefined && module !== undefined) {
    context.addIssue({ code: "custom", path: ["module"], ...expects('either "upstreams" or "module"') });
  } else if (upstreams !== undefined) checkWeights({ load_balancer, upstreams }, context);
  else if (module === undefined) {
    const message = 'missing key "upstreams": expected "upstreams" or "module"';
    context.addIssue({ code: "custom", path: [], message });
  }
}

const handlersSchema = z
  .strictObject({
    content_handler: contentHandlerSchema,
  })
  .prefault({});

/** `proxy_type = "http"`. */
export const httpServerSchema = z.strictObject({
  ...serverShape,
  proxy_type: z.literal("http").describe("An HTTP proxy"),
  upstream_http_version: z
    .enum(["auto", "http11", "http2"])
    .default("auto")
    .describe("What is spoken to upstreams"),
  upstream_host: z
    .enum(["upstream", "preserve"])
    .default("upstream")
    .describe("The Host that upstreams see: their own, or the client's"),
  parsing: z
    .enum(["strict", "compat"])
    .default("strict")
    .describe(
      "compat takes what RFC 9112 leaves open, from clients and upstreams; what is sent on is canonical",
    ),
  forwarded: forwardedSchema.describe("What upstreams are told of clients"),
  request_id: requestIdSchema.describe("X-Request-Id"),
  http_opt_handlers: handlersSchema.describe("Optional handlers"),
  timeout: httpTimeoutsSchema.describe("How long everything may take"),
  limits: httpLimitsSchema.describe("How large and how many everything may be"),
  openid: openidSchema.optional().describe("Nobody gets through without a login at an OpenID provider"),
  access_log: accessLogSchema.optional().describe("A line for each request"),
  routes: z
    .array(routeSchema)
    .superRefine((routes, context) => {
      for (const { index, message } of checkRoutes(routes.map((route) => route.path))) {
        context.addIssue({ code: "custom", path: [index, "path"], message });
      }
    })
    .describe("In any order: the more specific pattern wins"),
});
