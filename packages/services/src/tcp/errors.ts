import { defineError } from "@monolake/errors";

/**
 * A connection could not be proxied: none of the upstreams could be connected in time. `cause` is why, for several
 * upstreams an `AggregateError` with one error for each, in the order of `targets`.
 */
export class TcpUpstreamUnavailableError extends defineError({
  code: "ERR_TCP_UPSTREAM_UNAVAILABLE",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly targets: readonly string[]; readonly timeoutMs: number }) =>
    `none of ${fields.targets.join(", ")} could be connected within ${fields.timeoutMs} ms`,
}) {}
