import { expects, expectsType } from "@monolake/config";
import { z } from "zod";
import { expectedUnixWord, isSocketPath, socketPathSchema } from "./listener-schema.ts";
import { parseHostAndPort, placeOf } from "./network-address.ts";
import { upstreamTlsSchema } from "./tls-schema.ts";
import { parseUpstreamUri } from "./upstream-uri.ts";

const endpointType = "What kind of place it is; thrift and tcp servers know no uri";
const endpoint =
  'Where the upstream is: a table, or one word, "http://host:port/path", "host:port" or "unix:PATH"; an upstream that says nothing else may be that word itself';

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

const httpPlaceTable = z.discriminatedUnion("type", [uriEndpoint, socketEndpoint, unixEndpoint]);
const socketPlaceTable = z.discriminatedUnion("type", [socketEndpoint, unixEndpoint]);

const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
const httpPlaceOf = (text: string) => (isUri(text) ? ({ type: "uri", value: text } as const) : placeOf(text));

/** What is wrong with a place in one word: what was expected. `examples`: of all that may be there. */
function expectedPlace(text: string, examples: string): string | undefined {
  const { type, value } = placeOf(text);
  if (type === "unix") return isSocketPath(value) ? undefined : expectedUnixWord;
  return parseHostAndPort(value) === undefined ? examples : undefined;
}

const oneWord = (expected: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const phrase = expected(text);
    if (phrase !== undefined) context.addIssue({ code: "custom", ...expects(phrase) });
  });

const httpPlaces = 'a place such as "http://127.0.0.1:8080", "127.0.0.1:8080" or "unix:/run/app.sock"';
const socketPlaces = 'a place such as "127.0.0.1:8080" or "unix:/run/app.sock"';

const httpPlaceWord = oneWord((text) => {
  if (!isUri(text)) return expectedPlace(text, httpPlaces);
  const uri = parseUpstreamUri(text);
  return "expected" in uri ? uri.expected : undefined;
});
const socketPlaceWord = oneWord((text) => expectedPlace(text, socketPlaces));

const httpPlace = z
  .union([httpPlaceWord.transform(httpPlaceOf).pipe(httpPlaceTable), httpPlaceTable], expectsType(httpPlaces))
  .describe(endpoint);
const socketPlace = z
  .union(
    [socketPlaceWord.transform(placeOf).pipe(socketPlaceTable), socketPlaceTable],
    expectsType(socketPlaces),
  )
  .describe(endpoint);

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

const httpUpstream = z
  .strictObject({ endpoint: httpPlace, weight, pipelining, proxy_protocol: proxyProtocol, tls })
  .superRefine(({ endpoint: place, tls: secured }, context) => {
    if (place.type !== "uri" || secured === undefined || /^https:/i.test(place.value)) return;
    const message = 'expected a uri with the scheme https, as the upstream has a key "tls"';
    context.addIssue({ code: "custom", path: ["endpoint", "value"], message });
  });

const socketUpstream = z.strictObject({
  endpoint: socketPlace,
  weight,
  proxy_protocol: proxyProtocol,
  tls,
});

/** Upstreams that speak HTTP. */
export const httpUpstreamsSchema = z
  .array(
    z.union(
      [
        httpPlaceWord
          .transform((place): z.input<typeof httpUpstream> => ({ endpoint: place }))
          .pipe(httpUpstream),
        httpUpstream,
      ],
      expectsType(httpPlaces),
    ),
    expectsType('an array of places such as ["http://127.0.0.1:8080"]'),
  )
  .min(1)
  .describe("At least one");

/** Upstreams that are an address and nothing more: no URIs. */
export const socketUpstreamsSchema = z
  .array(
    z.union(
      [
        socketPlaceWord
          .transform((place): z.input<typeof socketUpstream> => ({ endpoint: place }))
          .pipe(socketUpstream),
        socketUpstream,
      ],
      expectsType(socketPlaces),
    ),
    expectsType('an array of places such as ["127.0.0.1:8080"]'),
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
