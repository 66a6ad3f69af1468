import type { ServiceFactory } from "@monolake/core";
import { BaseContext, FactoryStack, fixedFactory, layerFn, type Service } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import { type ThriftServerOptions, thriftCore } from "@monolake/thrift";
import { type EchoOptions, echoService } from "./echo-service.ts";

/** What each worker makes its service from. Plain data: it crosses threads. */
export interface EchoConfig {
  readonly echo: EchoOptions;
  readonly thriftServer: ThriftServerOptions;
}

/** What each worker imports. */
export const createService = (config: EchoConfig): ServiceFactory<ByteStream> =>
  FactoryStack.of(config, ({ echo }) => fixedFactory(echoService(echo)))
    // Connections become calls.
    .push(thriftCore<BaseContext>)
    // TLS would stand here.
    .push(
      layerFn(
        (core: Service<ByteStream, void, BaseContext>) => (stream: ByteStream) =>
          core.call(stream, new BaseContext()),
      ),
    )
    .check<ByteStream>()
    .toFactory();
