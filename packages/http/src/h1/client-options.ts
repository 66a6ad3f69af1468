/** Limits and timeouts of the client side of HTTP/1.1. 0 switches a timeout off. */
export interface HttpClientConnectionOptions {
  /** From the request's last byte (or the last 1xx) to the response's head. Default 30,000. */
  readonly responseHeadTimeoutMs?: number;
  /** Between two parts of a response body. Default 30,000. */
  readonly bodyIdleTimeoutMs?: number;
  /** How long the request may make no progress because the peer takes nothing. Default 10,000. */
  readonly writeStallTimeoutMs?: number;
  /** Of a response: status line and fields. Default 32 KiB. */
  readonly maxHeadBytes?: number;
  /** Default 128. */
  readonly maxHeaderFields?: number;
}

/** Options with every default filled in. */
export type ResolvedHttpClientConnectionOptions = Required<HttpClientConnectionOptions>;

/** Fills in the defaults. */
export function resolveHttpClientConnectionOptions(
  options: HttpClientConnectionOptions = {},
): ResolvedHttpClientConnectionOptions {
  return {
    responseHeadTimeoutMs: options.responseHeadTimeoutMs ?? 30_000,
    bodyIdleTimeoutMs: options.bodyIdleTimeoutMs ?? 30_000,
    writeStallTimeoutMs: options.writeStallTimeoutMs ?? 10_000,
    maxHeadBytes: options.maxHeadBytes ?? 32 * 1024,
    maxHeaderFields: options.maxHeaderFields ?? 128,
  };
}
