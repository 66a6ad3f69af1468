import { defineError } from "@monolake/errors";

/** A connection to a TLS server did not begin as TLS does. */
export class TlsClientHelloError extends defineError({
  code: "ERR_TLS_CLIENT_HELLO",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly reason: string }) => `no ClientHello that can be read: ${fields.reason}`,
}) {}

/** Client and server did not come to terms; `reason` is what OpenSSL calls it, such as `ERR_SSL_NO_SHARED_CIPHER`. */
export class TlsHandshakeError extends defineError({
  code: "ERR_TLS_HANDSHAKE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly reason: string; readonly serverName: string | undefined }) =>
    `the TLS handshake${fields.serverName === undefined ? "" : ` for ${fields.serverName}`} failed: ${fields.reason}`,
}) {}

/** A client did not complete its handshake in time. */
export class TlsHandshakeTimeoutError extends defineError({
  code: "ERR_TLS_HANDSHAKE_TIMEOUT",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly timeoutMs: number }) =>
    `the TLS handshake took longer than ${fields.timeoutMs} ms`,
}) {}

/** As many handshakes are in progress as may: the connection is closed. */
export class TlsTooManyHandshakesError extends defineError({
  code: "ERR_TLS_TOO_MANY_HANDSHAKES",
  source: "downstream",
  retryable: true,
  message: (fields: { readonly maxHandshakes: number }) =>
    `${fields.maxHandshakes} TLS handshakes are in progress, no more are begun`,
}) {}

/** A certificate, or the key for it, cannot be used; `part` says which of the two is at fault. */
export class TlsCertificateError extends defineError({
  code: "ERR_TLS_CERTIFICATE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly part: "chain" | "key" | "ca" | "options"; readonly reason: string }) =>
    fields.reason,
}) {}
