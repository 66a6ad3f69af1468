import type { ByteStream, SocketAddress } from "@monolake/streams";

/** Opens a connection to one address; gives up when the signal says so. */
export type Dial = (address: SocketAddress, signal: AbortSignal) => Promise<ByteStream>;

/** One address that was tried in vain. */
export interface FailedAttempt {
  readonly address: SocketAddress;
  readonly error: unknown;
}

/** How a race went: what it has tried can be seen while it runs. */
export interface RaceState {
  readonly tried: SocketAddress[];
  readonly failed: FailedAttempt[];
}

/** What a race needs. */
export interface RaceOptions {
  readonly dial: Dial;
  /** RFC 8305 §5: how long an attempt runs alone before the next one joins it. */
  readonly attemptDelayMs: number;
  /** Ends all attempts; the promise rejects with its reason. */
  readonly signal: AbortSignal;
  readonly state: RaceState;
}

/**
 * Connects to the first of `addresses` that answers, as in RFC 8305: an attempt that takes long is joined by the next, one that
 * fails starts it at once, and the first connection ends all others. Rejects with undefined when all have failed.
 */
export function raceAddresses(
  addresses: readonly SocketAddress[],
  options: RaceOptions,
): Promise<ByteStream> {
  const { signal, state } = options;
  const attempts = new Set<AbortController>();
  let settled = false;
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      for (const attempt of attempts) attempt.abort();
      settle();
    };
    const abort = () => finish(() => reject(signal.reason));
    const startNext = () => {
      clearTimeout(timer);
      const address = addresses[next];
      if (address === undefined) {
        if (attempts.size === 0) finish(() => reject(undefined));
        return;
      }
      next += 1;
      state.tried.push(address);
      const attempt = new AbortController();
      attempts.add(attempt);
      options.dial(address, attempt.signal).then(
        (stream) => {
          attempts.delete(attempt);
          // Two may connect in the same moment.
          if (settled) stream.destroy();
          else finish(() => resolve(stream));
        },
        (error: unknown) => {
          attempts.delete(attempt);
          if (settled) return;
          state.failed.push({ address, error });
          startNext();
        },
      );
      if (next < addresses.length) timer = setTimeout(startNext, options.attemptDelayMs);
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    startNext();
  });
}
