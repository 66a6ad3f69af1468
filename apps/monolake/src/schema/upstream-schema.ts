import { expects } from "@monolake/config";
import { z } from "zod";
import { socketPathSchema } from "./listener-schema.ts";
import { parseHostAndPort } from "./network-address.ts";
import { upstreamTlsSchema } from "./tls-schema.ts";
import { parseUpstreamUri } from "./upstream-uri.ts";

const endpointType = "What kind of place it is; thrift and tcp servers know no uri";
const endpoint = "Where the upstream is";

const uriEndpoint = z.strictObject({
  type: z.literal("uri").describe(endpointType),
  value: z
    .string()
    .superRefine((value, context) => {
      const uri = parseUpstreamUri(value);
      if ("expected" in uri) context.addIssue({ code: "custom", ...expects(uri.expected) });
    })
    .describe('With type "uri": "http://host:port/path"'),
});

const socketEndpoint = z.strictObject({
  type: z.literal("socket").describe(endpointType),
  value: z
    .string()
    .refine(
      (value) => parseHostAndPort(value) !== undefined,
      expects('a host and port such as "127.0.0.1:8080"'),
    )
    .describe('With type "socket": "host:port", IPv6 in brackets'),
});

const unixEndpoint = z.strictObject({
  type: z.literal("unix").describe(endpointType),
  value: socketPathSchema.describe('With type "unix": the path of a unix socket'),
});

const weight = z.int().min(0).max(65535).default(1).describe("Share of the requests, for weighted_random");

const proxyProtocol = z
  .enum(["v1", "v2"])
  .optional()
  .describe("Connections begin with a PROXY header that names the client, so no two clients share one");

const tls = upstreamTlsSchema
  .optional()
  .describe("Connections are secured, as also where a uri begins with https");

const pipelining = z
  .int()
  .min(1)
  .max(1024)
  .optional()
  .describe("Requests that share a connection without waiting for each other, for upstreams that take it");

/** `load_balancer`: how one of several upstreams is chosen. */
export const loadBalancerSchema = z
  .enum(["random", "weighted_random", "round_robin", "first"])
  .default("random")
  .describe("How one of the upstreams is chosen");

/** Upstreams that speak HTTP. */
export const httpUpstreamsSchema = z
  .array(
    z
      .strictObject({
        endpoint: z
          .discriminatedUnion("type", [uriEndpoint, socketEndpoint, unixEndpoint])
          .describe(endpoint),
        weight,
        pipelining,
        proxy_protocol: proxyProtocol,
        tls,
      })
      .superRefine(({ endpoint: place, tls: secured }, context) => {
        if (place.type !== "uri" || secured === undefined || /^https:/i.test(place.value)) return;
        const message = 'expected a uri with the scheme https, as the upstream has a key "tls"';
        context.addIssue({ code: "custom", path: ["endpoint", "value"], message });
      }),
  )
  .min(1)
  .describe("At least one");

/** Upstreams that are an address and nothing more: no URIs. */
export const socketUpstreamsSchema = z
  .array(
    z.strictObject({
      endpoint: z.discriminatedUnion("type", [socketEndpoint, unixEndpoint]).describe(endpoint),
      weight,
      proxy_protocol: proxyProtocol,
      tls,
    }),
  )
  .min(1)
  .describe("At least one");

interface Balanced {
  readonly load_balancer: z.output<typeof loadBalancerSchema>;
  readonly upstreams: readonly { readonly weight: number }[];
}

/** For `superRefine`: weights that are all zero leave nobody to choose. */
export function checkWeights({ load_balancer, upstreams }: Balanced, context: z.RefinementCtx): void {
  if (load_balancer !== "weighted_random" || upstreams.some(({ weight }) => weight > 0)) return;
  const message = "expected a weight above 0 for at least one upstream, found only 0";
  context.addIssue({ code: "custom", path: ["upstreams"], message });
}
