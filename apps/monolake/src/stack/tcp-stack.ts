import {
  FactoryStack,
  layerFn,
  type MakeService,
  optionalLayer,
  type Service,
} from "@monolake/service-async";
import { connectionContext, connectionsPerAddress } from "@monolake/services/common";
import { type ProxyProtocolOptions, proxyProtocol } from "@monolake/services/proxy-protocol";
import { type TcpProxyOptions, TcpUpstreamUnavailableError, tcpEcho, tcpProxy } from "@monolake/services/tcp";
import { type TlsTerminationOptions, tlsTermination } from "@monolake/services/tls";
import type { ByteStream } from "@monolake/streams";
import type { AddressLimits } from "./address-limits.ts";
import { ProxyContext } from "./proxy-context.ts";

/** What a TCP stack is made from: each layer takes its slice. */
export interface TcpStackConfig extends TcpProxyOptions, EchoStackConfig {}

/** What an echo stack is made from. */
export interface EchoStackConfig extends AddressLimits {
  /** Absent: connections begin with what they are for. */
  readonly proxyProtocol: ProxyProtocolOptions | undefined;
  /** Absent: connections come in clear. */
  readonly tls: TlsTerminationOptions | undefined;
}

/** The stack of a TCP server. */
export const tcpStack = (config: TcpStackConfig): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of(config, tcpProxy)
    .push(layerFn(endQuietly))
    .push(optionalLayer(({ tls }: TcpStackConfig) => tls, tlsTermination))
    .push(optionalLayer(({ perNamed }: TcpStackConfig) => perNamed, connectionsPerAddress))
    .push(optionalLayer(({ proxyProtocol }: TcpStackConfig) => proxyProtocol, proxyProtocol))
    .push(optionalLayer(({ perPeer }: TcpStackConfig) => perPeer, connectionsPerAddress))
    .push(connectionContext(ProxyContext.of))
    .check<ByteStream>()
    .toFactory();

/** The stack of an echo server. */
export const echoStack = (config: EchoStackConfig): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of(config, tcpEcho)
    .push(optionalLayer(({ tls }: EchoStackConfig) => tls, tlsTermination))
    .push(optionalLayer(({ perNamed }: EchoStackConfig) => perNamed, connectionsPerAddress))
    .push(optionalLayer(({ proxyProtocol }: EchoStackConfig) => proxyProtocol, proxyProtocol))
    .push(optionalLayer(({ perPeer }: EchoStackConfig) => perPeer, connectionsPerAddress))
    .push(connectionContext(ProxyContext.of))
    .check<ByteStream>()
    .toFactory();

/** That no upstream could be connected was told for each of them. */
const endQuietly =
  <Context extends object>(proxy: Service<ByteStream, unknown, Context>) =>
  (stream: ByteStream, context: Context): Promise<unknown> =>
    proxy.call(stream, context).catch((error: unknown) => {
      if (!(error instanceof TcpUpstreamUnavailableError)) throw error;
    });
