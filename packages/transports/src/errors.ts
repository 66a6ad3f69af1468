import { defineError } from "@monolake/errors";

/** What a failed attempt to connect tells: whom it was for, and what was tried. */
export interface ConnectFields {
  /** As the caller named it, like `app.internal:80`. */
  readonly target: string;
  /** The addresses that were tried, in this order. */
  readonly addresses: readonly string[];
}

const tried = ({ target, addresses }: ConnectFields): string =>
  addresses.length === 0 || (addresses.length === 1 && addresses[0] === target)
    ? target
    : `${target} (tried ${addresses.join(", ")})`;

/** Nobody listens at the target. A unix socket that does not exist counts as one where nobody listens. */
export class UpstreamConnectRefusedError extends defineError({
  code: "ERR_UPSTREAM_CONNECT_REFUSED",
  source: "upstream",
  retryable: true,
  message: (
    fields: ConnectFields & {
      /** There is no such unix socket. */
      readonly missing?: boolean;
    },
  ) =>
    fields.missing === true
      ? `cannot connect to ${tried(fields)}: there is no such socket`
      : `connection to ${tried(fields)} was refused`,
}) {}

/** There is no way to the target. */
export class UpstreamUnreachableError extends defineError({
  code: "ERR_UPSTREAM_UNREACHABLE",
  source: "upstream",
  retryable: true,
  message: (fields: ConnectFields) => `no way to ${tried(fields)}`,
}) {}

/** Nothing came of it in time. */
export class UpstreamConnectTimeoutError extends defineError({
  code: "ERR_UPSTREAM_CONNECT_TIMEOUT",
  source: "upstream",
  retryable: true,
  message: (fields: ConnectFields & { readonly timeoutMs: number }) =>
    `connecting to ${tried(fields)} took longer than ${fields.timeoutMs} ms`,
}) {}

/** The attempt failed in another way, most often for want of resources of this process. */
export class UpstreamConnectFailedError extends defineError({
  code: "ERR_UPSTREAM_CONNECT_FAILED",
  source: "internal",
  retryable: false,
  message: (fields: ConnectFields) => `connecting to ${tried(fields)} failed`,
}) {}

/**
 * The server's certificate is not valid: nothing was sent. `reason` is what OpenSSL or Node.js calls it, such as
 * `CERT_HAS_EXPIRED`, or `ERR_TLS_CERT_ALTNAME_INVALID` where it is for another host than `host`.
 */
export class UpstreamTlsCertificateError extends defineError({
  code: "ERR_UPSTREAM_TLS_CERTIFICATE",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly target: string; readonly host: string; readonly reason: string }) =>
    `the certificate of ${fields.target} cannot be trusted for ${fields.host}: ${fields.reason}`,
}) {}

/** No TLS with the server: it speaks something else, wants other versions, ciphers or a client certificate, or went away. */
export class UpstreamTlsHandshakeError extends defineError({
  code: "ERR_UPSTREAM_TLS_HANDSHAKE",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly target: string; readonly reason: string }) =>
    `the TLS handshake with ${fields.target} failed: ${fields.reason}`,
}) {}

/** The resolver says that there is no such name, or that it has no address. */
export class NameNotFoundError extends defineError({
  code: "ERR_NAME_NOT_FOUND",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly host: string }) => `there is no address for the name ${fields.host}`,
}) {}

/** No resolver answered in time. */
export class ResolverTimeoutError extends defineError({
  code: "ERR_RESOLVER_TIMEOUT",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly host: string; readonly timeoutMs: number }) =>
    `resolving ${fields.host} took longer than ${fields.timeoutMs} ms`,
}) {}

/** The resolver could not answer; `systemCode` is what it said, like `ESERVFAIL`. */
export class ResolverFailedError extends defineError({
  code: "ERR_RESOLVER_FAILED",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly host: string; readonly systemCode: string }) =>
    `resolving ${fields.host} failed (${fields.systemCode})`,
}) {}

/** All connections to a target are in use, and as many callers wait for one as may. */
export class PoolQueueFullError extends defineError({
  code: "ERR_POOL_QUEUE_FULL",
  source: "internal",
  retryable: true,
  message: (fields: { readonly key: string; readonly maxConnections: number; readonly maxWaiting: number }) =>
    `all ${fields.maxConnections} connections to ${fields.key} are in use and ${fields.maxWaiting} callers wait`,
}) {}

/** No connection to a target became free in time. */
export class PoolWaitTimeoutError extends defineError({
  code: "ERR_POOL_WAIT_TIMEOUT",
  source: "internal",
  retryable: true,
  message: (fields: { readonly key: string; readonly timeoutMs: number }) =>
    `no connection to ${fields.key} became free within ${fields.timeoutMs} ms`,
}) {}

/** The pool was closed. */
export class PoolClosedError extends defineError({
  code: "ERR_POOL_CLOSED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly key: string }) => `the pool of connections to ${fields.key} is closed`,
}) {}
