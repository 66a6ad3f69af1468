import type { z } from "zod";
import { parseHostAndPort } from "./network-address.ts";
import { normalizeUpstreamTls } from "./normalize-tls.ts";
import type {
  HttpUpstreamConfig,
  SocketEndpoint,
  UnixEndpoint,
  UpstreamConfig,
  UriEndpoint,
} from "./upstream-config.ts";
import type { httpUpstreamsSchema, socketUpstreamsSchema } from "./upstream-schema.ts";
import { parseUpstreamUri } from "./upstream-uri.ts";

type HttpUpstream = z.output<typeof httpUpstreamsSchema>[number];
type ThriftUpstream = z.output<typeof socketUpstreamsSchema>[number];

export const normalizeHttpUpstream = ({
  endpoint,
  weight,
  pipelining,
  proxy_protocol,
  tls,
}: HttpUpstream): HttpUpstreamConfig => {
  const place = endpoint.type === "uri" ? uriEndpoint(endpoint.value) : plainEndpoint(endpoint);
  const secured = tls !== undefined || (place.type === "uri" && place.scheme === "https");
  return {
    endpoint: place,
    weight,
    ...(pipelining !== undefined && { pipelining }),
    ...versionOf(proxy_protocol),
    ...(secured && { tls: normalizeUpstreamTls(tls) }),
  };
};

export const normalizeSocketUpstream = ({
  endpoint,
  weight,
  proxy_protocol,
  tls,
}: ThriftUpstream): UpstreamConfig<SocketEndpoint | UnixEndpoint> => ({
  endpoint: plainEndpoint(endpoint),
  weight,
  ...versionOf(proxy_protocol),
  ...(tls !== undefined && { tls: normalizeUpstreamTls(tls) }),
});

const versionOf = (version: "v1" | "v2" | undefined): { readonly proxyProtocol?: 1 | 2 } =>
  version === undefined ? {} : { proxyProtocol: version === "v1" ? 1 : 2 };

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
