import type { HttpContext } from "@monolake/http";
import type { Claims } from "@monolake/openid";
import { Cancellation } from "@monolake/service-async";
import type { AccessLog, ExchangeRecord, MatchedRoute } from "@monolake/services/http";
import type { ByteStream, SocketAddress, TlsDetails } from "@monolake/streams";

/**
 * What the services of the proxy know of a connection and of a request. One class, every slot assigned by its constructor, so
 * that all contexts have one hidden class; a request's is forked from its connection's.
 */
export class ProxyContext implements HttpContext {
  readonly cancellation: Cancellation;
  readonly peerAddress: SocketAddress;
  /** From a PROXY header. */
  remoteAddress: SocketAddress | undefined = undefined;
  /** What the client connected to: this side of the connection, or what a PROXY header says. */
  localAddress: SocketAddress | undefined = undefined;
  /** Of the client's connection, where it is secured. */
  tls: TlsDetails | undefined = undefined;
  /** From trusted proxies; of one request. */
  clientAddress: SocketAddress | undefined = undefined;
  requestId: string | undefined = undefined;
  matchedRoute: MatchedRoute | undefined = undefined;
  /** Where people log in. */
  openidClaims: Claims | undefined = undefined;
  accessLog: AccessLog | undefined = undefined;
  /** While there is an access log. */
  exchangeRecord: ExchangeRecord | undefined = undefined;

  constructor(peerAddress: SocketAddress, cancellation = new Cancellation()) {
    this.peerAddress = peerAddress;
    this.cancellation = cancellation;
  }

  /** Of a connection that was accepted. */
  static of(stream: ByteStream): ProxyContext {
    const context = new ProxyContext(stream.remoteAddress);
    context.localAddress = stream.localAddress;
    return context;
  }

  fork(): this {
    const context = new ProxyContext(this.peerAddress, this.cancellation.child());
    context.remoteAddress = this.remoteAddress;
    context.localAddress = this.localAddress;
    context.tls = this.tls;
    context.clientAddress = this.clientAddress;
    context.requestId = this.requestId;
    context.accessLog = this.accessLog;
    return context as this;
  }
}
