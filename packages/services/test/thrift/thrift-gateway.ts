import { createServer } from "node:net";
import {
  BaseContext,
  type Cancellation,
  disposeChain,
  FactoryStack,
  type Service,
  shareService,
} from "@monolake/service-async";
import { acceptedStream, type ByteStream } from "@monolake/streams";
import { type ThriftServerOptions, thriftCore } from "@monolake/thrift";
import {
  type MatchedThriftRoute,
  type ThriftRouteConfig,
  type ThriftUpstreamOptions,
  thriftRoute,
  thriftUpstream,
} from "../../src/thrift/index.ts";

class GatewayContext extends BaseContext {
  matchedThriftRoute: MatchedThriftRoute | undefined = undefined;

  override fork(): this {
    return new GatewayContext(this.cancellation.child() as Cancellation) as this;
  }
}

/** What a gateway is made of. */
export interface GatewayConfig {
  readonly routes: readonly ThriftRouteConfig[];
  readonly upstream?: ThriftUpstreamOptions;
  readonly thriftServer?: ThriftServerOptions;
}

/** A Thrift gateway on a port of its own, whose services can be replaced as a reload does it. */
export interface Gateway extends AsyncDisposable {
  readonly port: number;
  readonly reload: (config: GatewayConfig) => Promise<void>;
}

const make = (config: GatewayConfig, previous?: unknown) =>
  FactoryStack.of(config, thriftUpstream)
    .push(thriftRoute)
    .push(thriftCore<GatewayContext>)
    .toFactory()
    .make(previous) as Promise<Service<ByteStream, void, GatewayContext>>;

/** Starts a gateway on 127.0.0.1. */
export async function startGateway(config: GatewayConfig): Promise<Gateway> {
  let shared = shareService(await make(config));
  const streams = new Set<ByteStream>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    const current = shared;
    void current
      .retain()
      .call(stream, new GatewayContext())
      .then(() => {
        streams.delete(stream);
        return current.release();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    async reload(next) {
      const old = shared;
      shared = shareService(await make(next, old.service));
      void old.release();
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
      await shared.release();
      await disposeChain({});
    },
  };
}

/** A route to ports of 127.0.0.1, tried in this order. */
export const routeTo = (
  ports: readonly number[],
  more: Partial<ThriftRouteConfig> = {},
): ThriftRouteConfig => ({
  loadBalancer: "first",
  upstreams: ports.map((port) => ({ endpoint: { type: "socket", host: "127.0.0.1", port } })),
  ...more,
});
