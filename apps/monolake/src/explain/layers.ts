import type { HttpServerConfig } from "../schema/index.ts";
import { acts } from "../stack/stack-routes.ts";

/** The layers that a request of a server goes through, from the outside in: those of `http-stack.ts` that are there. */
export function layersOf(server: HttpServerConfig): string[] {
  const { proxyProtocol, tls, accessLog, debug, forwarded, openid, requestId, routes, contentHandler } =
    server;
  const isLimited = server.limits.maxConnectionsPerAddress !== undefined;
  const layers: readonly (readonly [name: string, isThere: boolean])[] = [
    ["connections per address", isLimited],
    ["PROXY protocol", proxyProtocol !== undefined],
    ["connections per named address", isLimited && proxyProtocol !== undefined],
    ["TLS", tls !== undefined],
    ["access log", accessLog !== undefined],
    ["HTTP", true],
    ["config version", debug],
    ["Via", forwarded.via !== undefined],
    ["connection reuse", true],
    ["client certificate", tls?.clientCertificates?.forward !== undefined],
    ["request id", requestId.mode !== "off"],
    ["client address", forwarded.trustedProxies.length > 0],
    ["OpenID login", openid !== undefined],
    ["route", true],
    ["rewrite, edit, answer", routes.some(acts)],
    ["content", contentHandler !== undefined],
    ["upstream", true],
  ];
  return layers.filter(([, isThere]) => isThere).map(([name]) => name);
}
