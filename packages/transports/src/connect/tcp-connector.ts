import { isIP } from "node:net";
import { dialStream, type SocketAddress } from "@monolake/streams";
import { abortable } from "../dns/abortable.ts";
import { defaultResolver } from "../dns/dns-resolver.ts";
import { literalAddress } from "../dns/literal-address.ts";
import type { Resolver } from "../dns/resolver.ts";
import { NameNotFoundError } from "../errors.ts";
import { orderAddresses } from "./address-order.ts";
import { attemptConnect } from "./connect-attempt.ts";
import { type Connector, defaultConnectTimeoutMs, type TcpTarget } from "./connector.ts";

/** How TCP connections are opened. Times are milliseconds. */
export interface TcpConnectorOptions {
  /** For the whole attempt: resolving the name and all addresses. Default 3,000. */
  readonly timeoutMs?: number;
  /** Finds the addresses of names. Default: one that everything in this thread shares. */
  readonly resolver?: Resolver;
  /** RFC 8305: how long one address is tried alone before the next one is tried as well. Default 250. */
  readonly attemptDelayMs?: number;
  /** The family that is tried first where a name has both. Default 6, as RFC 8305 says. */
  readonly firstFamily?: 4 | 6;
  /** TCP_NODELAY: small writes are sent at once. Default true. */
  readonly noDelay?: boolean;
  /** The kernel probes peers that are silent. Default false. */
  readonly keepAlive?: boolean;
  /** Connect from this address of the machine. Default: the system chooses. */
  readonly localAddress?: string;
}

/**
 * Opens TCP connections to names and numeric addresses. Of a name with several addresses each connection begins with
 * another one, so that all get their share; as many are tried as the time allows.
 */
export function createTcpConnector(options: TcpConnectorOptions = {}): Connector<TcpTarget> {
  const { firstFamily = 6, attemptDelayMs = 250, noDelay = true, keepAlive = false, localAddress } = options;
  const dialOptions = { noDelay, keepAlive, ...(localAddress === undefined ? {} : { localAddress }) };
  const dial = (address: SocketAddress, signal: AbortSignal) =>
    dialStream(address, { ...dialOptions, signal });
  // From an address of one family, there is no way to the other.
  const localFamily = isIP(localAddress ?? "");
  let turn = 0;
  const addressesOf = async ({ host, port }: TcpTarget, signal: AbortSignal): Promise<SocketAddress[]> => {
    const literal = literalAddress(host);
    if (literal !== undefined) return [{ type: "socket", host: literal.host, port }];
    const resolver = options.resolver ?? defaultResolver();
    const resolved = await abortable(resolver.resolve(host, { signal }), signal);
    const found = resolved.filter(({ family }) => localFamily === 0 || family === localFamily);
    if (found.length === 0) throw new NameNotFoundError({ host });
    const ordered = orderAddresses(found, { firstFamily, turn });
    turn = (turn + 1) % 0x40000000;
    return ordered.map((address) => ({
      type: "socket",
      host: address.host,
      port,
    }));
  };
  return {
    connect: (target, { signal, timeoutMs = options.timeoutMs ?? defaultConnectTimeoutMs, preamble } = {}) =>
      attemptConnect(target, {
        timeoutMs,
        attemptDelayMs,
        dial,
        addressesOf: (stopping) => addressesOf(target, stopping),
        ...(signal === undefined ? {} : { signal }),
        ...(preamble === undefined ? {} : { preamble }),
      }),
  };
}
