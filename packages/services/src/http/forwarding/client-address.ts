import type { Headers, HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { type Has, type MakeService, type MayHave, makeLayered } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import type { clientAddress, peerAddress, remoteAddress } from "../../common/addresses.ts";
import { parseNodeAddress } from "../../common/node-address.ts";
import { TrustedProxies } from "../../common/trusted-proxies.ts";
import { forwardedElements } from "./forwarded-element.ts";
import { clientIndex, forwardedFor } from "./told-nodes.ts";

/** Whose word is taken. */
export interface ClientAddressOptions {
  /** As in {@link ForwardingOptions}. */
  readonly trustedProxies: readonly string[];
}

/** What the layer needs of a context: it fills the slot `clientAddress`, for logs and for the services inside. */
export type ClientAddressContext = Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof clientAddress>;

/**
 * Finds out who asked, where trusted proxies stand in front: of the addresses that X-Forwarded-For names, or else Forwarded, the
 * last one that is not a trusted proxy's, because everything before it may be made up.
 */
export class ClientAddress<Context extends ClientAddressContext> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #trusted: TrustedProxies;

  /** Throws ERR_TRUSTED_PROXY_INVALID. */
  constructor(inner: HttpHandler<Context>, options: ClientAddressOptions) {
    this.inner = inner;
    this.#trusted = new TrustedProxies(options.trustedProxies);
  }

  call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const peer = context.remoteAddress ?? context.peerAddress;
    if (this.#trusted.has(peer)) {
      // As `provide` does, for a slot that nobody has to have.
      (context as { clientAddress?: SocketAddress | undefined }).clientAddress = this.#clientOf(
        request.headers,
      );
    }
    return this.inner.call(request, context);
  }

  #clientOf(headers: Headers): SocketAddress | undefined {
    const nodes = headers.has("x-forwarded-for")
      ? forwardedFor(headers)
      : forwardedElements(headers).map((element) => element.for);
    const index = clientIndex(nodes, this.#trusted);
    // Of somebody who hides, who passed it on is all that is known.
    return parseNodeAddress(nodes[index] ?? "") ?? parseNodeAddress(nodes[index + 1] ?? "");
  }
}

/** The layer of {@link ClientAddress}: inside of `connectionReuse`, outside of what asks for the client. */
export const clientAddressing = <Context extends ClientAddressContext>(
  options: ClientAddressOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<ClientAddress<Context>> =>
  makeLayered(ClientAddress<Context>, inner, (next) => new ClientAddress(next, options));
