import { expectsType } from "@monolake/config";
import { z } from "zod";
import { accessLogSchema } from "./access-log-schema.ts";
import { contentHandlerSchema } from "./content-handler-schema.ts";
import { forwardedSchema, requestIdSchema } from "./forwarded-schema.ts";
import { httpLimitsSchema } from "./http-limits-schema.ts";
import { httpRouteSchema } from "./http-route-schema.ts";
import { httpTimeoutsSchema } from "./http-timeouts-schema.ts";
import { openidSchema } from "./openid-schema.ts";
import { checkForwardingEdits } from "./route-actions-check.ts";
import { checkRoutes } from "./route-check.ts";
import { serverShape } from "./server-schema.ts";

const handlersSchema = z
  .strictObject({
    content_handler: contentHandlerSchema,
  })
  .prefault({});

/** `proxy_type = "http"`. */
export const httpServerSchema = z
  .strictObject({
    ...serverShape,
    proxy_type: z.literal("http").describe("An HTTP proxy"),
    upstream_http_version: z
      .enum(["auto", "http11", "http2"])
      .default("auto")
      .describe(
        "What is spoken to upstreams: auto is HTTP/2 where TLS agrees on it, else HTTP/1.1; http2 in cleartext is spoken without asking",
      ),
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
    ambiguous_fields: z
      .enum(["guard", "drop", "refuse", "pass"])
      .default("guard")
      .describe(
        "Request fields with `_` and the like in their names, which some upstreams take for `-`: guard drops those that stand for a field of the proxy, drop all, refuse answers 400",
      ),
    forwarded: forwardedSchema.describe("What upstreams are told of clients"),
    request_id: requestIdSchema.describe("X-Request-Id"),
    http_opt_handlers: handlersSchema.describe("Optional handlers"),
    timeout: httpTimeoutsSchema.describe("How long everything may take"),
    limits: httpLimitsSchema.describe("How large and how many everything may be"),
    openid: openidSchema.optional().describe("Nobody gets through without a login at an OpenID provider"),
    access_log: accessLogSchema.optional().describe("A line for each request"),
    routes: z
      .array(httpRouteSchema, expectsType("an array of routes ([[servers.KEY.routes]] in TOML)"))
      .superRefine((routes, context) => {
        for (const { index, message } of checkRoutes(routes)) {
          context.addIssue({ code: "custom", path: [index, "path"], message });
        }
      })
      .describe("In any order: the more specific pattern wins"),
  })
  .superRefine(checkForwardingEdits);
