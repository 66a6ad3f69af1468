import {
  type cancellation,
  type Drainable,
  type Has,
  type MakeService,
  type MayHave,
  makeLayered,
  Roster,
  type Seat,
  type Service,
} from "@monolake/service-async";
import { type ByteStream, formatAddress, type SocketAddress } from "@monolake/streams";
import type { localAddress, peerAddress, remoteAddress } from "../common/addresses.ts";
import { TrustedProxies } from "../common/trusted-proxies.ts";
import { ProxyHeaderMissingError, ProxyHeaderRefusedError, ProxyPeerRefusedError } from "./errors.ts";
import { longestHeaderBytes } from "./parse-header.ts";
import type { ProxyHeader } from "./proxy-header.ts";
import { type HeaderOutcome, HeaderReading } from "./read-header.ts";

/** Whose PROXY headers are believed, and what becomes of all others. */
export interface ProxyProtocolOptions {
  /**
   * Proxies that name their clients: addresses, networks such as `10.0.0.0/8`, and `unix` for whoever comes over a unix socket.
   * Whoever can connect from one of them can be anybody.
   */
  readonly trustedProxies: readonly string[];
  /**
   * Of trusted proxies: `required` closes a connection that begins without a header; `optional` tells by the first bytes, so that
   * a client behind one of these addresses can add a header of its own. Default `required`.
   */
  readonly mode?: "required" | "optional";
  /**
   * Of all others: `refuse` closes their connections at once; `direct` serves them as they are, and closes those that send a header;
   * `ignore` serves them, too, and does not believe a header that they send. Default `refuse`.
   */
  readonly others?: "refuse" | "direct" | "ignore";
  /** Until the header is there, or the first bytes of something else, in milliseconds; 0 for no limit. Default 10,000. */
  readonly timeoutMs?: number;
  /** Of a header, additional information included. Default 65,551, the most that one can have. */
  readonly maxHeaderBytes?: number;
  /** Hears why a connection was refused that would be served if the list of proxies, or the proxy, were set up otherwise. */
  readonly onRefused?: (error: Error) => void;
}

/**
 * What the layer needs of a context. It fills `remoteAddress` and `localAddress` with what a header that is believed says, and
 * `proxyHeader` with all of it if the context has that slot.
 */
export type ProxyProtocolContext = Has<typeof peerAddress> &
  MayHave<typeof remoteAddress> &
  MayHave<typeof localAddress> &
  MayHave<typeof cancellation>;

/**
 * Reads the PROXY header (versions 1 and 2) that a proxy sends in front of each connection to name its client; the services
 * inside, TLS included, see what follows. A connection that ends before its first byte is a health check: the call answers
 * undefined. Every client has to send first, except those that are refused.
 */
export class ProxyProtocol<Response, Context extends ProxyProtocolContext>
  implements Service<ByteStream, Response | undefined, Context>, Drainable
{
  readonly inner: Service<ByteStream, Response, Context>;
  readonly #options: ProxyProtocolOptions;
  readonly #trusted: TrustedProxies;
  readonly #waiting = new Roster<HeaderReading>();

  /** Throws ERR_TRUSTED_PROXY_INVALID. */
  constructor(inner: Service<ByteStream, Response, Context>, options: ProxyProtocolOptions) {
    this.inner = inner;
    this.#options = options;
    this.#trusted = new TrustedProxies(options.trustedProxies);
  }

  async call(stream: ByteStream, context: Context): Promise<Response | undefined> {
    const { mode, others = "refuse" } = this.#options;
    // A health check that broke off before it was accepted: nobody knows from where it came.
    if (context.peerAddress.type === "socket" && context.peerAddress.port === 0) {
      stream.destroy();
      return undefined;
    }
    const address = formatAddress(context.peerAddress);
    const isTrusted = this.#trusted.has(context.peerAddress);
    if (!isTrusted && others === "refuse") this.#refuse(stream, new ProxyPeerRefusedError({ address }));
    const outcome = await this.#read(stream, context);
    if (outcome.type === "closed") return undefined;
    if (outcome.type === "absent") {
      if (isTrusted && mode !== "optional") this.#refuse(stream, new ProxyHeaderMissingError({ address }));
    } else if (isTrusted) {
      believe(outcome.header, context);
    } else if (others === "direct") {
      this.#refuse(stream, new ProxyHeaderRefusedError({ address }));
    }
    return this.inner.call(stream, context);
  }

  /** Closes connections that have sent nothing yet. */
  drain(): void {
    for (const reading of this.#waiting) reading.drain();
  }

  #read(stream: ByteStream, context: Context): Promise<HeaderOutcome> {
    const { timeoutMs = 10_000, maxHeaderBytes: maxBytes = longestHeaderBytes } = this.#options;
    let seat: Seat<HeaderReading>;
    const outcome = new Promise<HeaderOutcome>((resolve, reject) => {
      const { cancellation: whileWanted } = context;
      const options = { timeoutMs, maxBytes, cancellation: whileWanted };
      const reading = new HeaderReading(stream, options, { resolve, reject });
      seat = this.#waiting.add(reading);
      reading.start();
    });
    return outcome.finally(() => this.#waiting.delete(seat));
  }

  #refuse(stream: ByteStream, error: Error): never {
    stream.destroy(error);
    this.#options.onRefused?.(error);
    throw error;
  }
}

function believe(header: ProxyHeader, context: ProxyProtocolContext): void {
  // As `provide` does, for slots that nobody has to have.
  const slots = context as {
    remoteAddress?: SocketAddress;
    localAddress?: SocketAddress;
    proxyHeader?: ProxyHeader;
  };
  if ("proxyHeader" in slots) slots.proxyHeader = header;
  const { source, destination } = header;
  // The path of a unix socket on the proxy's machine is nobody's address here: as if it was not known.
  if (source?.type !== "socket" || destination?.type !== "socket") return;
  slots.remoteAddress = source;
  slots.localAddress = destination;
}

/** The layer of {@link ProxyProtocol}: outside of TLS and of the core, inside of what makes the context. */
export const proxyProtocol = <Response, Context extends ProxyProtocolContext>(
  options: ProxyProtocolOptions,
  inner: MakeService<Service<ByteStream, Response, Context>>,
): MakeService<ProxyProtocol<Response, Context>> =>
  makeLayered(ProxyProtocol<Response, Context>, inner, (next) => new ProxyProtocol(next, options));
