import { type HttpServerOptions, httpCore } from "@monolake/http";
import { FactoryStack, type MakeService, type Service } from "@monolake/service-async";
import { connectionContext } from "@monolake/services/common";
import {
  connectionReuse,
  type HttpRouteConfig,
  type HttpUpstreamOptions,
  httpUpstream,
  route,
} from "@monolake/services/http";
import type { ByteStream } from "@monolake/streams";
import { ProxyContext } from "./proxy-context.ts";

/** What the HTTP stack is made from: each layer takes its slice. */
export interface HttpStackConfig {
  readonly httpServer: HttpServerOptions;
  readonly routes: readonly HttpRouteConfig[];
  readonly upstream: HttpUpstreamOptions;
}

/** The stack of an HTTP server, from the inside out. */
export const httpStack = (config: HttpStackConfig): MakeService<Service<ByteStream, void>> =>
  FactoryStack.of(config, httpUpstream)
    // Innermost of all, so that what comes between sees the request as the client sent it.
    .push(route)
    // Below the core, which knows connections, and above all that should know nothing of them.
    .push(connectionReuse)
    // Connections become requests.
    .push(httpCore<ProxyContext>)
    // Outermost: nothing can be asked of a connection before it has a context.
    .push(connectionContext((stream) => new ProxyContext(stream.remoteAddress)))
    .check<ByteStream>()
    .toFactory();
