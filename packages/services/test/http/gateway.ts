import { createServer } from "node:net";
import { type HttpServerOptions, httpCore } from "@monolake/http";
import { BaseContext, FactoryStack, optionalLayer, type Service } from "@monolake/service-async";
import { acceptedStream, type ByteStream, type SocketAddress } from "@monolake/streams";
import { connectionContext } from "../../src/common/index.ts";
import {
  type ContentHandlerOptions,
  connectionReuse,
  contentHandler,
  type HttpRouteConfig,
  type HttpUpstreamOptions,
  httpUpstream,
  type MatchedRoute,
  route,
} from "../../src/http/index.ts";

/** A gateway made of this package's layers, on a port of its own. */
export interface Gateway extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  readonly origin: string;
}

class GatewayContext extends BaseContext {
  peerAddress: SocketAddress = { type: "unix", path: "" };
  matchedRoute: MatchedRoute | undefined = undefined;
}

/** What a gateway of a test is made of. */
export interface GatewayConfig {
  readonly routes: readonly HttpRouteConfig[];
  readonly upstream?: HttpUpstreamOptions;
  readonly httpServer?: HttpServerOptions;
  readonly content?: ContentHandlerOptions;
}

/** The factory of a gateway's services. */
export const gatewayFactory = (config: GatewayConfig) =>
  FactoryStack.of(config, httpUpstream)
    .push(optionalLayer(({ content }: GatewayConfig) => content, contentHandler))
    .push(route)
    .push(connectionReuse)
    .push(httpCore<GatewayContext>)
    .push(
      connectionContext((stream) => {
        const context = new GatewayContext();
        context.peerAddress = stream.remoteAddress;
        return context;
      }),
    )
    .toFactory();

/** Makes a gateway and serves it on 127.0.0.1. */
export const startGateway = async (config: GatewayConfig): Promise<Gateway> =>
  serveGateway(await gatewayFactory(config).make());

/** Serves a gateway on 127.0.0.1; it is not disposed with the server. */
export async function serveGateway(service: Service<ByteStream, void>): Promise<Gateway> {
  const streams = new Set<{ destroy(): void }>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    void service.call(stream, {}).then(() => streams.delete(stream));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    address: { host: "127.0.0.1", port },
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A route for every path but `/` itself. */
export const everyPath = (
  ports: readonly number[],
  loadBalancer: HttpRouteConfig["loadBalancer"] = "first",
): HttpRouteConfig => ({
  path: "/{*path}",
  loadBalancer,
  upstreams: ports.map((port) => ({ endpoint: { type: "socket", host: "127.0.0.1", port } })),
});
