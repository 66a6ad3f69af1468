import {
  type cancellation,
  type MakeService,
  type MayHave,
  makeInnermost,
  type Service,
} from "@monolake/service-async";
import { type ByteStream, type SocketAddress, type TunnelEnd, tunnel } from "@monolake/streams";
import {
  type Connector,
  createConnector,
  createTlsConnector,
  type TlsConnectorOptions,
} from "@monolake/transports";
import {
  createLoadBalancer,
  type LoadBalancer,
  type LoadBalanceStrategy,
} from "../common/load-balancing/load-balancer.ts";
import { type ClientPreambleContext, clientPreamble } from "../proxy-protocol/client-preamble.ts";
import type { ProxyHeaderVersion } from "../proxy-protocol/encode-header.ts";
import { connectOneOf } from "./connect-one-of.ts";

/** One place that connections are proxied to, as it is configured. */
export interface TcpUpstreamConfig {
  /** A host name is resolved whenever a connection is opened. */
  readonly endpoint: SocketAddress;
  /** For `weighted_random`. Default 1. */
  readonly weight?: number;
  /** The connection begins with a PROXY header of this version. */
  readonly proxyProtocol?: ProxyHeaderVersion | undefined;
  /** Connections are secured with TLS. Default: they are not. */
  readonly tls?: TlsConnectorOptions | undefined;
}

/** An upstream, ready for use. */
interface TcpUpstream extends TcpUpstreamConfig {
  readonly connector: Connector | undefined;
}

/** How connections are proxied. */
export interface TcpProxyOptions {
  readonly upstreams: readonly TcpUpstreamConfig[];
  /** Default `random`. */
  readonly loadBalancer?: LoadBalanceStrategy;
  /** In milliseconds, until one of the upstreams is connected, however many are tried. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** In milliseconds: both connections end when neither moved a byte for this long; 0 for never. Default 3,600,000. */
  readonly idleTimeoutMs?: number;
  /** Opens connections. Default: TCP with names resolved by DNS, and unix sockets. */
  readonly connector?: Connector;
  /** Hears of each upstream that could not be connected, also when another one could. */
  readonly onFailure?: (error: unknown, endpoint: SocketAddress) => void;
}

type ResolvedTcpProxyOptions = Required<Omit<TcpProxyOptions, "upstreams" | "loadBalancer">>;

const resolveTcpProxyOptions = (options: TcpProxyOptions): ResolvedTcpProxyOptions => ({
  connectTimeoutMs: options.connectTimeoutMs ?? 3_000,
  idleTimeoutMs: options.idleTimeoutMs ?? 3_600_000,
  connector: options.connector ?? createConnector(),
  onFailure: options.onFailure ?? (() => {}),
});

/** What the proxy looks for in a context: to be cancelled, and whom to name in a PROXY header. */
export type TcpProxyContext = MayHave<typeof cancellation> & ClientPreambleContext;

/**
 * Joins each connection with one to an upstream until both are closed. Answers what went through; a connection that broke
 * off is such an answer, with the `error` in it. A call rejects, and its connection is destroyed, when no upstream could
 * be connected, with ERR_TCP_UPSTREAM_UNAVAILABLE. Cancelling destroys both connections.
 */
export class TcpProxy implements Service<ByteStream, TunnelEnd, TcpProxyContext> {
  readonly #upstreams: LoadBalancer<TcpUpstream>;
  readonly #options: ResolvedTcpProxyOptions;

  /** `previous`: whose turn it is under `round_robin` goes on. Throws ERR_LOAD_BALANCER_EMPTY and ERR_LOAD_BALANCER_WEIGHT. */
  constructor(options: TcpProxyOptions, previous?: TcpProxy) {
    const balancing = previous === undefined ? {} : { previous: previous.#upstreams };
    this.#upstreams = createLoadBalancer(options.loadBalancer, options.upstreams.map(prepared), balancing);
    this.#options = resolveTcpProxyOptions(options);
  }

  async call(stream: ByteStream, context: TcpProxyContext): Promise<TunnelEnd> {
    const upstream = await this.#connect(stream, context);
    const { cancellation: whileWanted } = context;
    const { idleTimeoutMs } = this.#options;
    if (whileWanted === undefined) return tunnel(stream, upstream, { idleTimeoutMs });
    const remove = whileWanted.onCancel((reason) => {
      const error = reason instanceof Error ? reason : undefined;
      stream.destroy(error);
      upstream.destroy(error);
    });
    return tunnel(stream, upstream, { idleTimeoutMs }).finally(remove);
  }

  async #connect(stream: ByteStream, context: TcpProxyContext): Promise<ByteStream> {
    const { connectTimeoutMs: timeoutMs, connector, onFailure } = this.#options;
    const preambleOf = (version: ProxyHeaderVersion) =>
      clientPreamble(version, {
        peerAddress: stream.remoteAddress,
        localAddress: stream.localAddress,
        ...context,
      });
    const options = { timeoutMs, connector, onFailure, cancellation: context.cancellation, preambleOf };
    try {
      return await connectOneOf(this.#upstreams, options);
    } catch (error) {
      stream.destroy(error instanceof Error ? error : undefined);
      throw error;
    }
  }
}

const prepared = (upstream: TcpUpstreamConfig): TcpUpstream => ({
  ...upstream,
  connector: upstream.tls === undefined ? undefined : createTlsConnector(upstream.tls),
});

/** The factory of {@link TcpProxy}, for the inner end of a stack. */
export const tcpProxy = (config: TcpProxyOptions): MakeService<TcpProxy> =>
  makeInnermost(TcpProxy, (previous) => new TcpProxy(config, previous));
