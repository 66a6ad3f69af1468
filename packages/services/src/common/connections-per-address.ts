import { type Has, type MakeService, type MayHave, makeLayered, type Service } from "@monolake/service-async";
import type { ByteStream, SocketAddress } from "@monolake/streams";
import { AddressCounts, networkOf } from "./address-counts.ts";
import type { peerAddress, remoteAddress } from "./addresses.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

/** How many connections one address may have, and which address counts. */
export interface ConnectionsPerAddressOptions {
  /** Open at a time, from one address of IPv4 or from one /64 of IPv6. */
  readonly maxConnections: number;
  /**
   * `peer`: who connects, for the layer outside of the one that reads PROXY headers. `named`: whom such a header names, for another one
   * inside of it; connections without a name are not counted there. Default `peer`.
   */
  readonly counted?: "peer" | "named";
  /** Peers that are not counted, since they connect for others: addresses, networks, `unix`. Default none. */
  readonly proxies?: readonly string[];
  /** Hears of each connection that is closed because its address has enough. It is called often when it is called at all. */
  readonly onRefused?: (address: SocketAddress) => void;
}

/** What the layer needs of a context. */
export type ConnectionsPerAddressContext = Has<typeof peerAddress> & MayHave<typeof remoteAddress>;

/**
 * Closes connections beyond so many from one address at once, before anything of them is read: the call answers undefined. Each counts
 * from then on until the services inside are done with it. Peers on unix sockets have no address and are not counted. The counts
 * move on to the successor of the service, whatever its limit is. Made by the layer {@link connectionsPerAddress}.
 */
export class ConnectionsPerAddress<Response, Context extends ConnectionsPerAddressContext>
  implements Service<ByteStream, Response | undefined, Context>
{
  readonly inner: Service<ByteStream, Response, Context>;
  readonly #counted: "peer" | "named";
  readonly #maxConnections: number;
  readonly #proxies: TrustedProxies;
  readonly #onRefused: ((address: SocketAddress) => void) | undefined;
  readonly #counts: AddressCounts;

  /** Throws ERR_TRUSTED_PROXY_INVALID. */
  constructor(
    inner: Service<ByteStream, Response, Context>,
    options: ConnectionsPerAddressOptions,
    previous?: ConnectionsPerAddress<unknown, never>,
  ) {
    this.inner = inner;
    this.#counted = options.counted ?? "peer";
    this.#maxConnections = options.maxConnections;
    this.#proxies = new TrustedProxies(options.proxies);
    this.#onRefused = options.onRefused;
    this.#counts = previous === undefined ? new AddressCounts() : previous.#counts;
  }

  /** How many addresses, or networks of IPv6, have connections now. */
  get addresses(): number {
    return this.#counts.networks;
  }

  /** Whether it counts the same. */
  isLike({ counted = "peer" }: ConnectionsPerAddressOptions): boolean {
    return this.#counted === counted;
  }

  call(stream: ByteStream, context: Context): Promise<Response | undefined> {
    const address = this.#addressOf(context);
    if (address?.type !== "socket") return this.inner.call(stream, context);
    const network = networkOf(address.host);
    if (this.#counts.take(network, this.#maxConnections)) return this.#serve(network, stream, context);
    stream.destroy();
    this.#onRefused?.(address);
    return Promise.resolve(undefined);
  }

  async #serve(network: string, stream: ByteStream, context: Context): Promise<Response> {
    try {
      return await this.inner.call(stream, context);
    } finally {
      this.#counts.release(network);
    }
  }

  #addressOf({ peerAddress: peer, remoteAddress: named }: Context): SocketAddress | undefined {
    if (this.#counted === "named") return named;
    return this.#proxies.has(peer) ? undefined : peer;
  }
}

/** The layer of {@link ConnectionsPerAddress}: outside of TLS and of the core, inside of what makes the context. */
export const connectionsPerAddress = <Response, Context extends ConnectionsPerAddressContext>(
  options: ConnectionsPerAddressOptions,
  inner: MakeService<Service<ByteStream, Response, Context>>,
): MakeService<ConnectionsPerAddress<Response, Context>> =>
  makeLayered(
    ConnectionsPerAddress<Response, Context>,
    inner,
    (next, previous) => new ConnectionsPerAddress(next, options, previous),
    { matches: (previous) => previous.isLike(options) },
  );
