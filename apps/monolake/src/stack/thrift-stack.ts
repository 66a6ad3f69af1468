import { FactoryStack, type MakeService, optionalLayer, type Service } from "@monolake/service-async";
import { connectionContext, connectionsPerAddress } from "@monolake/services/common";
import { type ProxyProtocolOptions, proxyProtocol } from "@monolake/services/proxy-protocol";
import {
  type ThriftRouteConfig,
  type ThriftUpstreamOptions,
  thriftRoute,
  thriftUpstream,
} from "@monolake/services/thrift";
import { type TlsTerminationOptions, tlsTermination } from "@monolake/services/tls";
import type { ByteStream } from "@monolake/streams";
import { type ThriftServerOptions, thriftCore } from "@monolake/thrift";
import type { AddressLimits } from "./address-limits.ts";
import { type CountRequestsOptions, countRequests } from "./count-requests.ts";
import { ThriftProxyContext } from "./thrift-context.ts";

/** What the Thrift stack is made from: each layer takes its slice. */
export interface ThriftStackConfig extends AddressLimits {
  readonly thriftServer: ThriftServerOptions;
  /** Absent: connections come in clear. */
  readonly tls: TlsTerminationOptions | undefined;
  readonly requests: CountRequestsOptions;
  /** Absent: connections begin with what they are for. */
  readonly proxyProtocol: ProxyProtocolOptions | undefined;
  readonly routes: readonly ThriftRouteConfig[];
  readonly upstream: ThriftUpstreamOptions;
}

/** The stack of a Thrift server, from the inside out. */
export const thriftStack = (config: ThriftStackConfig): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of(config, thriftUpstream)
    // Innermost of all, so that what comes between sees the call as the client sent it.
    .push(thriftRoute)
    // What the figures of the worker count.
    .push(countRequests)
    // Connections become calls, whatever their transport and protocol.
    .push(thriftCore<ThriftProxyContext>)
    .push(optionalLayer(({ tls }: ThriftStackConfig) => tls, tlsTermination))
    // Outside of all that reads what a client sends.
    .push(optionalLayer(({ perNamed }: ThriftStackConfig) => perNamed, connectionsPerAddress))
    .push(optionalLayer(({ proxyProtocol }: ThriftStackConfig) => proxyProtocol, proxyProtocol))
    .push(optionalLayer(({ perPeer }: ThriftStackConfig) => perPeer, connectionsPerAddress))
    // Outermost: nothing can be asked of a connection before it has a context.
    .push(connectionContext(ThriftProxyContext.of))
    .check<ByteStream>()
    .toFactory();
