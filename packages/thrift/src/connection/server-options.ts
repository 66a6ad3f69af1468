import { type ResolvedThriftLimits, resolveThriftLimits, type ThriftLimits } from "../wire/limits.ts";

/**
 * What happens to calls that come on a connection before the ones in front of them are answered.
 * - "serial": they wait, so that a connection's calls are executed one after another. A call whose TTHeader says that it takes
 *   answers in any order does not wait.
 * - "ordered": they are executed together and answered in their order.
 * - "unordered": they are executed together, and each is answered as soon as it can be, for clients that match sequence ids.
 */
export type ThriftPipelining = "serial" | "ordered" | "unordered";

/** Limits and timeouts of the server side. 0 switches a timeout or a maximum off. */
export interface ThriftServerOptions extends ThriftLimits {
  /** How long a connection may wait for the first byte of its next message. Default 60,000. */
  readonly keepAliveTimeoutMs?: number;
  /** From the first byte of a message to its last; of a large message to its head, and then between two parts. Default 30,000. */
  readonly messageTimeoutMs?: number;
  /** How long answers may make no progress because the client takes nothing. Default 10,000. */
  readonly writeStallTimeoutMs?: number;
  /** Default "serial". */
  readonly pipelining?: ThriftPipelining;
  /** Calls of one connection that are executed together, where they are. Default 64. */
  readonly maxPipelinedCalls?: number;
  /** Calls of all connections that are executed at a time; more are answered with an exception. Default 0: no limit. */
  readonly maxCalls?: number;
  /** What a handler threw, and why a message could not be read. */
  readonly onError?: (error: unknown) => void;
}

/** Options with every default filled in. */
export type ResolvedThriftServerOptions = Required<Omit<ThriftServerOptions, keyof ThriftLimits>> & {
  readonly limits: ResolvedThriftLimits;
};

/** Fills in the defaults. */
export const resolveThriftServerOptions = (
  options: ThriftServerOptions = {},
): ResolvedThriftServerOptions => ({
  limits: resolveThriftLimits(options),
  keepAliveTimeoutMs: options.keepAliveTimeoutMs ?? 60_000,
  messageTimeoutMs: options.messageTimeoutMs ?? 30_000,
  writeStallTimeoutMs: options.writeStallTimeoutMs ?? 10_000,
  pipelining: options.pipelining ?? "serial",
  maxPipelinedCalls: options.maxPipelinedCalls ?? 64,
  maxCalls: options.maxCalls ?? 0,
  onError: options.onError ?? (() => {}),
});
