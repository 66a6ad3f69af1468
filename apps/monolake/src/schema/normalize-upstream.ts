import type { z } from "zod";
import { parseHostAndPort } from "./network-address.ts";
import type {
  HttpUpstreamConfig,
  SocketEndpoint,
  UnixEndpoint,
  UpstreamConfig,
  UriEndpoint,
} from "./proxy-config.ts";
import type { httpUpstreamsSchema, socketUpstreamsSchema } from "./upstream-schema.ts";
import { parseUpstreamUri } from "./upstream-uri.ts";

type HttpUpstream = z.output<typeof httpUpstreamsSchema>[number];
type ThriftUpstream = z.output<typeof socketUpstreamsSchema>[number];

export const normalizeHttpUpstream = ({
  endpoint,
  weight,
  pipelining,
}: HttpUpstream): HttpUpstreamConfig => ({
  endpoint: endpoint.type === "uri" ? uriEndpoint(endpoint.value) : plainEndpoint(endpoint),
  weight,
  ...(pipelining !== undefined && { pipelining }),
});

export const normalizeSocketUpstream = ({
  endpoint,
  weight,
}: ThriftUpstream): UpstreamConfig<SocketEndpoint | UnixEndpoint> => ({
  endpoint: plainEndpoint(endpoint),
  weight,
});

function uriEndpoint(uri: string): UriEndpoint {
  const parts = parseUpstreamUri(uri);
  if ("expected" in parts) throw new TypeError(`unchecked uri ${JSON.stringify(uri)}`);
  return { type: "uri", uri, ...parts };
}

function plainEndpoint({ type, value }: ThriftUpstream["endpoint"]): SocketEndpoint | UnixEndpoint {
  if (type === "unix") return { type, path: value };
  const address = parseHostAndPort(value);
  if (address === undefined) throw new TypeError(`unchecked address ${JSON.stringify(value)}`);
  return { type, ...address };
}
