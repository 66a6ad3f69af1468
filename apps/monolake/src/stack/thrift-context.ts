import { Cancellation } from "@monolake/service-async";
import type { MatchedThriftRoute } from "@monolake/services/thrift";
import type { ByteStream, SocketAddress, TlsDetails } from "@monolake/streams";
import type { ThriftContext } from "@monolake/thrift";

/**
 * What the services of a Thrift stack know of a connection and of a call; every slot is assigned by the constructor, so that all
 * contexts have one hidden class. A call's is forked from its connection's.
 */
export class ThriftProxyContext implements ThriftContext {
  readonly cancellation: Cancellation;
  readonly peerAddress: SocketAddress;
  /** From a PROXY header. */
  remoteAddress: SocketAddress | undefined = undefined;
  /** What the client connected to: this side of the connection, or what a PROXY header says. */
  localAddress: SocketAddress | undefined = undefined;
  /** Of the client's connection, where it is secured. */
  tls: TlsDetails | undefined = undefined;
  matchedThriftRoute: MatchedThriftRoute | undefined = undefined;

  constructor(peerAddress: SocketAddress, cancellation = new Cancellation()) {
    this.peerAddress = peerAddress;
    this.cancellation = cancellation;
  }

  /** Of a connection that was accepted. */
  static of(stream: ByteStream): ThriftProxyContext {
    const context = new ThriftProxyContext(stream.remoteAddress);
    context.localAddress = stream.localAddress;
    return context;
  }

  fork(): this {
    const context = new ThriftProxyContext(this.peerAddress, this.cancellation.child());
    context.remoteAddress = this.remoteAddress;
    context.localAddress = this.localAddress;
    context.tls = this.tls;
    return context as this;
  }
}
