import { type ResolvedThriftLimits, resolveThriftLimits, type ThriftLimits } from "../wire/limits.ts";

/** Limits and timeouts of a connection to a server. 0 switches a timeout off. */
export interface ThriftClientConnectionOptions extends ThriftLimits {
  /** From a call to its answer; of a large answer to its head, and then between two parts. Default 30,000. */
  readonly readTimeoutMs?: number;
  /** How long a call may make no progress because the server takes nothing. Default 10,000. */
  readonly writeStallTimeoutMs?: number;
  /**
   * Calls that may be under way at a time. With more than 1 they are told apart by sequence ids of the connection's own, and those
   * that come in one turn of the event loop are written together: for servers that answer more than one call of a connection. Default 1.
   */
  readonly maxCalls?: number;
  /** Without a call for so long, the connection closes. Default 0: whoever keeps it sees to that, as a pool does. */
  readonly idleTimeoutMs?: number;
}

/** Options with every default filled in. */
export type ResolvedThriftClientConnectionOptions = Required<
  Omit<ThriftClientConnectionOptions, keyof ThriftLimits>
> & { readonly limits: ResolvedThriftLimits };

/** Fills in the defaults. */
export const resolveThriftClientConnectionOptions = (
  options: ThriftClientConnectionOptions = {},
): ResolvedThriftClientConnectionOptions => ({
  limits: resolveThriftLimits(options),
  readTimeoutMs: options.readTimeoutMs ?? 30_000,
  writeStallTimeoutMs: options.writeStallTimeoutMs ?? 10_000,
  maxCalls: options.maxCalls ?? 1,
  idleTimeoutMs: options.idleTimeoutMs ?? 0,
});
