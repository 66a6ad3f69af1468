import { PreparedField } from "@monolake/http";
import { formatAddress, type SocketAddress } from "@monolake/streams";
import type { Connector, TlsConnectorOptions } from "@monolake/transports";
import { secureConnector } from "../common/secure-connector.ts";
import { type ClientPreambleContext, clientKey, clientPreamble } from "../proxy-protocol/client-preamble.ts";
import type { ProxyHeaderVersion } from "../proxy-protocol/encode-header.ts";
import type { PathMode, UpstreamPath } from "./routing/upstream-path.ts";
import { resolveUpstreamPath, upstreamPathOf } from "./routing/upstream-path.ts";

/** Where an upstream is. */
export type HttpEndpoint =
  /** `http://host[:port][/path]`, or `https:` where the upstream has `tls`; a name is resolved when a connection is opened. */
  | {
      readonly type: "uri";
      readonly uri: string;
      readonly host: string;
      readonly port: number;
      readonly authority: string;
    }
  | { readonly type: "socket"; readonly host: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/** The versions of HTTP that upstreams are asked with. */
export type UpstreamHttpVersion = "auto" | "http11" | "http2";

/** One upstream of a route, as it is configured. */
export interface HttpUpstreamConfig {
  readonly endpoint: HttpEndpoint;
  /** For `weighted_random`. Default 1. */
  readonly weight?: number;
  /** See `HttpTarget`. */
  readonly pipelining?: number | undefined;
  /**
   * Which HTTP is spoken: `auto` is what TLS agrees on, and HTTP/1.1 in cleartext; `http2` in cleartext is spoken without asking.
   * Default `http11`.
   */
  readonly httpVersion?: UpstreamHttpVersion | undefined;
  /** Connections begin with a PROXY header of this version, so that no two clients share one. */
  readonly proxyProtocol?: ProxyHeaderVersion | undefined;
  /** Connections are secured with TLS. Default: they are not. */
  readonly tls?: TlsConnectorOptions | undefined;
}

/** One upstream of a route, ready for use. */
export interface HttpUpstreamTarget {
  /** Requests to targets with the same key share connections. */
  readonly key: string;
  /** Its address; a host name is resolved when a connection is opened. */
  readonly address: SocketAddress;
  /** Undefined where connections are opened as everywhere. */
  readonly connector: Connector | undefined;
  /** As `HttpTarget` has it. */
  readonly http11Connector: Connector | undefined;
  /** The Host field that it gets when the client's is not preserved. */
  readonly host: PreparedField;
  /** Whether the client's is; undefined: as the upstream service says. */
  readonly preserveHost: boolean | undefined;
  readonly weight: number;
  readonly pipelining: number | undefined;
  /** As `HttpTarget` has it. */
  readonly httpVersion: "auto" | "http2" | undefined;
  readonly proxyProtocol: ProxyHeaderVersion | undefined;
  /** What connections begin with, where a client is named. */
  readonly preamble: Buffer | undefined;
  /** The request target to ask it for. */
  readonly path: UpstreamPath;
}

/** Prepares an upstream for a route. Throws ERR_ROUTE_PATTERN_INVALID. */
export function upstreamTarget(
  upstream: HttpUpstreamConfig,
  route: {
    readonly path: string;
    readonly pathMode?: PathMode | undefined;
    readonly upstreamHost?: "upstream" | "preserve" | { readonly name: string } | undefined;
  },
): HttpUpstreamTarget {
  const { endpoint } = upstream;
  const { upstreamHost } = route;
  const upstreamPath = endpoint.type === "uri" ? upstreamPathOf(endpoint.uri) : "";
  return {
    ...placeOf(upstream),
    ...(typeof upstreamHost === "object" ? { host: new PreparedField("Host", upstreamHost.name) } : {}),
    preserveHost: upstreamHost === undefined ? undefined : upstreamHost === "preserve",
    weight: upstream.weight ?? 1,
    pipelining: upstream.pipelining,
    httpVersion: spokenVersion(upstream),
    proxyProtocol: upstream.proxyProtocol,
    preamble: undefined,
    path: resolveUpstreamPath({ mode: route.pathMode, upstreamPath, pattern: route.path }),
  };
}

/** The upstream as the client of `context` has it: with connections of its own, where they name it. */
export const forClient = (target: HttpUpstreamTarget, context: ClientPreambleContext): HttpUpstreamTarget =>
  target.proxyProtocol === undefined
    ? target
    : {
        ...target,
        key: target.key + clientKey(context),
        preamble: clientPreamble(target.proxyProtocol, context),
      };

/** Without TLS nothing can be agreed on. */
function spokenVersion({ httpVersion, tls }: HttpUpstreamConfig): HttpUpstreamTarget["httpVersion"] {
  if (httpVersion === "auto") return tls === undefined ? undefined : "auto";
  return httpVersion === "http2" ? "http2" : undefined;
}

/** What is offered for {@link UpstreamHttpVersion}, best first (RFC 7301). */
const offered: Readonly<Record<UpstreamHttpVersion, readonly string[]>> = {
  auto: ["h2", "http/1.1"],
  http11: ["http/1.1"],
  http2: ["h2"],
};

function placeOf({
  endpoint,
  tls,
  httpVersion = "http11",
}: HttpUpstreamConfig): Pick<
  HttpUpstreamTarget,
  "key" | "address" | "connector" | "http11Connector" | "host"
> {
  const address: SocketAddress =
    endpoint.type === "unix"
      ? { type: "unix", path: endpoint.path }
      : { type: "socket", host: endpoint.host, port: endpoint.port };
  const place = formatAddress(address);
  const { connector, key } = secureConnector(place, tls && { alpnProtocols: offered[httpVersion], ...tls });
  const http11 = httpVersion === "auto" ? tls && { ...tls, alpnProtocols: offered.http11 } : undefined;
  const { connector: http11Connector } = secureConnector(place, http11);
  return {
    key,
    address,
    connector,
    http11Connector,
    host: new PreparedField("Host", authorityOf(endpoint, place)),
  };
}

function authorityOf(endpoint: HttpEndpoint, place: string): string {
  if (endpoint.type === "uri") return endpoint.authority;
  return endpoint.type === "unix" ? "localhost" : place;
}
