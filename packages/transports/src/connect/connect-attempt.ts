import {
  type ByteStream,
  ConnectionRefusedError,
  ConnectionResourceError,
  ConnectionUnreachableError,
  formatAddress,
  type SocketAddress,
} from "@monolake/streams";
import {
  type ConnectFields,
  UpstreamConnectFailedError,
  UpstreamConnectRefusedError,
  UpstreamConnectTimeoutError,
  UpstreamUnreachableError,
} from "../errors.ts";
import { type Dial, type RaceState, raceAddresses } from "./connect-race.ts";
import type { ConnectOptions } from "./connector.ts";

/** What an attempt to connect needs beside its target. */
export interface AttemptOptions extends ConnectOptions {
  readonly timeoutMs: number;
  readonly attemptDelayMs: number;
  /** The addresses to try, in this order. */
  readonly addressesOf: (signal: AbortSignal) => Promise<readonly SocketAddress[]>;
  readonly dial: Dial;
}

/** Connects to one of a target's addresses in time, or says in one error what was tried. */
export async function attemptConnect(target: SocketAddress, options: AttemptOptions): Promise<ByteStream> {
  const { timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const state: RaceState = { tried: [], failed: [] };
  const fields = (): ConnectFields => ({
    target: formatAddress(target),
    addresses: state.tried.map(formatAddress),
  });
  // One controller for both reasons to stop; AbortSignal.any would live as long as the caller's signal.
  const stopping = new AbortController();
  const stop = () => stopping.abort(signal?.reason);
  const expire = () => {
    const cause = causeOf(state);
    stopping.abort(
      new UpstreamConnectTimeoutError({ ...fields(), timeoutMs, ...(cause === undefined ? {} : { cause }) }),
    );
  };
  const timer = setTimeout(expire, timeoutMs);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const addresses = await options.addressesOf(stopping.signal);
    const race = {
      dial: options.dial,
      attemptDelayMs: options.attemptDelayMs,
      signal: stopping.signal,
      state,
    };
    const stream = await raceAddresses(addresses, race);
    if (options.preamble !== undefined) stream.write(options.preamble);
    return stream;
  } catch (error) {
    throw error === undefined ? failureOf(target, fields(), state) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** One error for all addresses: "refused" tells most, since somebody was there to say so. */
function failureOf(target: SocketAddress, fields: ConnectFields, state: RaceState): Error {
  const cause = causeOf(state);
  const errors = state.failed.map(({ error }) => error);
  if (errors.some((error) => error instanceof ConnectionRefusedError || isFullBacklog(target, error))) {
    return new UpstreamConnectRefusedError({ ...fields, ...(isMissing(errors) && { missing: true }), cause });
  }
  if (errors.some((error) => error instanceof ConnectionUnreachableError)) {
    return new UpstreamUnreachableError({ ...fields, cause });
  }
  return new UpstreamConnectFailedError({ ...fields, cause });
}

/** Only files can be missing. */
const isMissing = (errors: readonly unknown[]): boolean =>
  errors.every((error) => error instanceof ConnectionRefusedError && error.systemCode === "ENOENT");

/** A unix socket whose backlog is full says EAGAIN, which elsewhere means that this process lacks something. */
function isFullBacklog(target: SocketAddress, error: unknown): boolean {
  return target.type === "unix" && error instanceof ConnectionResourceError && error.systemCode === "EAGAIN";
}

function causeOf({ failed }: RaceState): unknown {
  const errors = failed.map(({ error }) => error);
  return errors.length > 1 ? new AggregateError(errors, "every address failed") : errors[0];
}
