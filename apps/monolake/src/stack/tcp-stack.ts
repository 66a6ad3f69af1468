import { FactoryStack, type MakeService, type Service } from "@monolake/service-async";
import { connectionContext } from "@monolake/services/common";
import { type TcpProxyOptions, tcpEcho, tcpProxy } from "@monolake/services/tcp";
import type { ByteStream } from "@monolake/streams";
import { ProxyContext } from "./proxy-context.ts";

/** The stack of a TCP server. */
export const tcpStack = (config: TcpProxyOptions): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of(config, tcpProxy)
    .push(connectionContext((stream) => new ProxyContext(stream.remoteAddress)))
    .check<ByteStream>()
    .toFactory();

/** The stack of an echo server. */
export const echoStack = (): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of({}, tcpEcho)
    .push(connectionContext((stream) => new ProxyContext(stream.remoteAddress)))
    .check<ByteStream>()
    .toFactory();
