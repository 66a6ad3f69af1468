import { type HttpCoreOptions, httpCore } from "@monolake/http";
import { FactoryStack, type MakeService, optionalLayer, type Service } from "@monolake/service-async";
import { connectionContext, connectionsPerAddress } from "@monolake/services/common";
import {
  type AccessLogOptions,
  accessLogging,
  actOnRoutes,
  type ClientAddressOptions,
  type ClientCertificateFieldOptions,
  type ContentHandlerOptions,
  clientAddressing,
  clientCertificateField,
  connectionReuse,
  contentHandler,
  type HttpRouteConfig,
  type HttpUpstreamOptions,
  httpUpstream,
  type RequestIdOptions,
  requestIds,
  route,
  type ViaOptions,
  via,
} from "@monolake/services/http";
import { type ProxyProtocolOptions, proxyProtocol } from "@monolake/services/proxy-protocol";
import { type TlsTerminationOptions, tlsTermination } from "@monolake/services/tls";
import type { ByteStream } from "@monolake/streams";
import type { AddressLimits } from "./address-limits.ts";
import { type ConfigVersionOptions, configVersion } from "./config-version.ts";
import { type CountRequestsOptions, countRequests } from "./count-requests.ts";
import { type OpenidLoginOptions, openidLogin } from "./openid-login.ts";
import { ProxyContext } from "./proxy-context.ts";

/** What the HTTP stack is made from: each layer takes its slice. */
export interface HttpStackConfig extends AddressLimits {
  /** Absent: connections come in clear. */
  readonly tls: TlsTerminationOptions | undefined;
  readonly httpServer: HttpCoreOptions;
  readonly requests: CountRequestsOptions;
  /** Absent: responses do not tell. */
  readonly configVersion: ConfigVersionOptions | undefined;
  /** Absent: no access log. With it, `httpServer` has `accessLogHooks`. */
  readonly accessLog: AccessLogOptions | undefined;
  /** Absent: the client is at the other end of the connection. */
  readonly clientAddress: ClientAddressOptions | undefined;
  /** Absent: clients are asked for no certificate. */
  readonly clientCertificate: ClientCertificateFieldOptions | undefined;
  /** Absent: an X-Request-Id is a field like any other. */
  readonly requestId: RequestIdOptions | undefined;
  /** Absent: Via is left as it is. */
  readonly via: ViaOptions | undefined;
  /** Absent: connections begin with what they are for. */
  readonly proxyProtocol: ProxyProtocolOptions | undefined;
  /** Absent: nobody has to log in. */
  readonly login: OpenidLoginOptions | undefined;
  readonly routes: readonly HttpRouteConfig[];
  /** Absent: routes only choose upstreams. */
  readonly actions: object | undefined;
  /** Absent: bodies stay as they are. */
  readonly content: ContentHandlerOptions | undefined;
  readonly upstream: HttpUpstreamOptions;
}

/** The stack of an HTTP server, from the inside out. */
export const httpStack = (config: HttpStackConfig): MakeService<Service<ByteStream, unknown>> =>
  FactoryStack.of(config, httpUpstream)
    // Around what answers alone: what other layers answer is short, and nothing but an upstream reads bodies.
    .push(optionalLayer(({ content }: HttpStackConfig) => content, contentHandler))
    // Right below what finds the route: rewriting, edits of headers, and answers of its own.
    .push(optionalLayer(({ actions }: HttpStackConfig) => actions, actOnRoutes))
    // Innermost of the others, so that what comes between sees the request as the client sent it.
    .push(route)
    // Outside of routes, as nobody without a login should learn which there are.
    .push(optionalLayer(({ login }: HttpStackConfig) => login, openidLogin))
    // Inside of what removes the fields that Connection names, so that nobody can have theirs removed.
    .push(optionalLayer(({ clientAddress }: HttpStackConfig) => clientAddress, clientAddressing))
    .push(optionalLayer(({ requestId }: HttpStackConfig) => requestId, requestIds))
    .push(
      optionalLayer(
        ({ clientCertificate }: HttpStackConfig) => clientCertificate,
        clientCertificateField<ProxyContext>,
      ),
    )
    // Below the core, which knows connections, and above all that should know nothing of them.
    .push(connectionReuse)
    // Where a request still has the version that it came with.
    .push(optionalLayer(({ via }: HttpStackConfig) => via, via))
    // Outermost of what sees HTTP, so that every response has it, whoever made it.
    .push(optionalLayer(({ configVersion }: HttpStackConfig) => configVersion, configVersion))
    // What the figures of the worker count.
    .push(countRequests)
    // Connections become requests.
    .push(httpCore<ProxyContext>)
    // Above the core, which tells it of all requests, also of those that it refuses itself.
    .push(optionalLayer(({ accessLog }: HttpStackConfig) => accessLog, accessLogging))
    .push(optionalLayer(({ tls }: HttpStackConfig) => tls, tlsTermination))
    // Outside of all that reads what a client sends.
    .push(optionalLayer(({ perNamed }: HttpStackConfig) => perNamed, connectionsPerAddress))
    .push(optionalLayer(({ proxyProtocol }: HttpStackConfig) => proxyProtocol, proxyProtocol))
    .push(optionalLayer(({ perPeer }: HttpStackConfig) => perPeer, connectionsPerAddress))
    // Outermost: nothing can be asked of a connection before it has a context.
    .push(connectionContext(ProxyContext.of))
    .check<ByteStream>()
    .toFactory();
