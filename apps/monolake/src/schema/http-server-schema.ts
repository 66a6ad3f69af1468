import { expects } from "@monolake/config";
import { z } from "zod";
import { accessLogSchema } from "./access-log-schema.ts";
import { checkRoutes } from "./route-check.ts";
import { secondsSchema } from "./seconds-schema.ts";
import { maxConnectionsSchema, serverShape } from "./server-schema.ts";
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
    upstreams: httpUpstreamsSchema,
  })
  .superRefine(checkWeights);

const timeoutSchema = z
  .strictObject({
    server_keepalive_timeout_sec: secondsSchema.default(60).describe("An idle client connection is closed"),
    server_read_header_timeout_sec: secondsSchema
      .default(10)
      .describe("From the first byte of a head to its last"),
    server_read_body_timeout_sec: secondsSchema.default(30).describe("Between two reads of a request's body"),
    upstream_connect_timeout_sec: secondsSchema.default(3).describe("Name and connection"),
    upstream_read_timeout_sec: secondsSchema
      .default(30)
      .describe("From the request to the head of the response"),
  })
  .prefault({});

const limitsSchema = z
  .strictObject({
    max_head_bytes: z.int().min(256).default(32768).describe("Request line and headers; 431 beyond"),
    max_header_count: z.int().min(1).default(128).describe("Header fields; 431 beyond"),
    max_uri_bytes: z.int().min(1).default(16384).describe("Request target; 414 beyond"),
    max_body_bytes: z.int().min(1).optional().describe("Request body, 413 beyond; no limit when left out"),
    max_connections: maxConnectionsSchema,
  })
  .prefault({});

const forwardedSchema = z
  .strictObject({
    mode: z
      .enum(["replace", "append", "off"])
      .default("replace")
      .describe(
        "Forgets what a request's X-Forwarded-For, -Proto and -Host say and names the client, adds the client to them, or leaves them alone",
      ),
    rfc7239: z.boolean().default(true).describe("Sends the Forwarded header too"),
  })
  .prefault({});

const handlersSchema = z
  .strictObject({
    content_handler: z.boolean().default(false).describe("Decodes and encodes bodies (gzip, deflate, br)"),
  })
  .prefault({});

/** `proxy_type = "http"`. */
export const httpServerSchema = z.strictObject({
  ...serverShape,
  proxy_type: z.literal("http"),
  upstream_http_version: z.enum(["auto", "http11", "http2"]).default("auto"),
  upstream_host: z
    .enum(["upstream", "preserve"])
    .default("upstream")
    .describe("The Host that upstreams see: their own, or the client's"),
  forwarded: forwardedSchema,
  http_opt_handlers: handlersSchema,
  timeout: timeoutSchema,
  limits: limitsSchema,
  access_log: accessLogSchema.optional(),
  routes: z.array(routeSchema).superRefine((routes, context) => {
    for (const { index, message } of checkRoutes(routes.map((route) => route.path))) {
      context.addIssue({ code: "custom", path: [index, "path"], message });
    }
  }),
});
