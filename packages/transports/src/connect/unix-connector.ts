import { dialStream } from "@monolake/streams";
import { attemptConnect } from "./connect-attempt.ts";
import { type Connector, defaultConnectTimeoutMs, type UnixTarget } from "./connector.ts";

/** How connections to unix sockets are opened. */
export interface UnixConnectorOptions {
  /** For the whole attempt, in milliseconds. Default 3,000. */
  readonly timeoutMs?: number;
}

/** Opens connections to unix sockets. */
export function createUnixConnector(options: UnixConnectorOptions = {}): Connector<UnixTarget> {
  return {
    connect: (target, { signal, timeoutMs = options.timeoutMs ?? defaultConnectTimeoutMs, preamble } = {}) =>
      attemptConnect(target, {
        timeoutMs,
        // There is one address only.
        attemptDelayMs: timeoutMs,
        dial: (address, stopping) => dialStream(address, { signal: stopping }),
        addressesOf: async () => [target],
        ...(signal === undefined ? {} : { signal }),
        ...(preamble === undefined ? {} : { preamble }),
      }),
  };
}
