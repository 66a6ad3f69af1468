import type { Cancellation } from "@monolake/service-async";
import { type ByteStream, formatAddress, type SocketAddress } from "@monolake/streams";
import type { Connector } from "@monolake/transports";
import type { LoadBalancer } from "../common/load-balancing/load-balancer.ts";
import type { ProxyHeaderVersion } from "../proxy-protocol/encode-header.ts";
import { TcpUpstreamUnavailableError } from "./errors.ts";

/** One place of several that serve alike. */
interface Upstream {
  readonly endpoint: SocketAddress;
  readonly proxyProtocol?: ProxyHeaderVersion | undefined;
  /** Undefined where it is reached as the others. */
  readonly connector: Connector | undefined;
}

/** How {@link connectOneOf} connects. */
export interface ConnectOneOfOptions {
  readonly connector: Connector;
  /** For all attempts together. */
  readonly timeoutMs: number;
  /** Hears of each attempt that failed. */
  readonly onFailure: (error: unknown, endpoint: SocketAddress) => void;
  readonly cancellation: Cancellation | undefined;
  /** What a connection begins with that names its client. */
  readonly preambleOf: (version: ProxyHeaderVersion) => Buffer;
}

/** An attempt gets its share of the time, but not less than this while there is that much: enough for a lost SYN. */
const minAttemptMs = 1_500;

/**
 * Connects to the upstream whose turn it is, or to the first one after it that can be connected. Each is tried once;
 * one that does not answer leaves time for the others. Rejects with ERR_TCP_UPSTREAM_UNAVAILABLE, or the reason of the
 * cancellation.
 */
export async function connectOneOf(
  upstreams: LoadBalancer<Upstream>,
  options: ConnectOneOfOptions,
): Promise<ByteStream> {
  const { connector, timeoutMs, cancellation, onFailure, preambleOf } = options;
  const endsAtMs = performance.now() + timeoutMs;
  const failures = new Map<SocketAddress, unknown>();
  for (const { endpoint, proxyProtocol, connector: own } of inTurn(upstreams)) {
    const leftMs = endsAtMs - performance.now();
    // A timer may be early by a part of a millisecond, which is no time for another attempt.
    if (leftMs < 1 && failures.size > 0) break;
    const shareMs = leftMs / (upstreams.items.length - failures.size);
    const attemptMs = Math.max(1, Math.ceil(Math.min(leftMs, Math.max(shareMs, minAttemptMs))));
    try {
      return await (own ?? connector).connect(endpoint, {
        timeoutMs: attemptMs,
        ...(cancellation === undefined ? {} : { signal: cancellation.signal }),
        ...(proxyProtocol === undefined ? {} : { preamble: preambleOf(proxyProtocol) }),
      });
    } catch (error) {
      cancellation?.throwIfCancelled();
      failures.set(endpoint, error);
      onFailure(error, endpoint);
    }
  }
  throw unavailable(failures, timeoutMs);
}

function* inTurn<Item>(items: LoadBalancer<Item>): IterableIterator<Item> {
  const selected = items.select();
  yield selected;
  yield* items.alternatives(selected);
}

function unavailable(failures: ReadonlyMap<SocketAddress, unknown>, timeoutMs: number): Error {
  const errors = [...failures.values()];
  const cause = errors.length > 1 ? new AggregateError(errors, "every upstream failed") : errors[0];
  return new TcpUpstreamUnavailableError({
    targets: [...failures.keys()].map(formatAddress),
    timeoutMs,
    cause,
  });
}
