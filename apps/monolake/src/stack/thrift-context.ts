import { Cancellation } from "@monolake/service-async";
import type { MatchedThriftRoute } from "@monolake/services/thrift";
import type { SocketAddress } from "@monolake/streams";
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
  matchedThriftRoute: MatchedThriftRoute | undefined = undefined;

  constructor(peerAddress: SocketAddress, cancellation = new Cancellation()) {
    this.peerAddress = peerAddress;
    this.cancellation = cancellation;
  }

  fork(): this {
    const context = new ThriftProxyContext(this.peerAddress, this.cancellation.child());
    context.remoteAddress = this.remoteAddress;
    return context as this;
  }
}
