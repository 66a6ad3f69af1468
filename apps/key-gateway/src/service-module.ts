import type { ServiceFactory } from "@monolake/core";
import { type HttpContext, httpCore } from "@monolake/http";
import { Cancellation, FactoryStack } from "@monolake/service-async";
import { connectionContext } from "@monolake/services/common";
import { connectionReuse, httpUpstream, type MatchedRoute, route } from "@monolake/services/http";
import type { ByteStream, SocketAddress } from "@monolake/streams";
import { checkKey } from "./check-key.ts";
import type { GatewayConfig } from "./gateway-config.ts";

/** What the services of this gateway know of a connection and of a request, which gets a fork of it. */
class GatewayContext implements HttpContext {
  readonly peerAddress: SocketAddress;
  readonly cancellation: Cancellation;
  account = "";
  matchedRoute: MatchedRoute | undefined = undefined;

  constructor(peerAddress: SocketAddress, cancellation = new Cancellation()) {
    this.peerAddress = peerAddress;
    this.cancellation = cancellation;
  }

  fork(): this {
    return new GatewayContext(this.peerAddress, this.cancellation.child()) as this;
  }
}

/** What each worker imports: from the inside out, each layer with its slice of the configuration. */
export function createService(config: GatewayConfig): ServiceFactory<ByteStream> {
  const { hostname: host, port, host: authority } = new URL(config.upstream);
  const endpoint = { type: "uri", uri: config.upstream, host, port: Number(port || 80), authority } as const;
  const routes = ["/", "/{*path}"].map((path) => ({ path, upstreams: [{ endpoint, weight: 1 }] }));
  const layers = { accounts: config.accounts, routes, upstream: {}, httpServer: {} };
  return FactoryStack.of(layers, httpUpstream)
    .push(route)
    .push(checkKey)
    .push(connectionReuse)
    .push(httpCore<GatewayContext>)
    .push(connectionContext((stream) => new GatewayContext(stream.remoteAddress)))
    .check<ByteStream>()
    .toFactory();
}
