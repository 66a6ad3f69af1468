import { defineError } from "@monolake/errors";

/** A body was piped or read a second time. */
export class BodyUsedError extends defineError({
  code: "ERR_HTTP_BODY_USED",
  source: "internal",
  retryable: false,
  message: () => "the body was read already: a body goes to one sink, once",
}) {}

/** A body is larger than whoever gathers or accepts it allows. Answered with 413. */
export class BodyTooLargeError extends defineError({
  code: "ERR_HTTP_BODY_TOO_LARGE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly maxBytes: number; readonly bytes: number }) =>
    `the body has at least ${fields.bytes} bytes, allowed are ${fields.maxBytes}`,
}) {}

/** A chunk size, its extensions or a trailer is malformed (RFC 9112 section 7.1). */
export class ChunkedEncodingError extends defineError({
  code: "ERR_HTTP_CHUNKED_ENCODING",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly what: string }) => `malformed chunked body: ${fields.what}`,
}) {}

/** Why a handler's request body broke off: its response is complete, so that the connection reads the rest away. */
export class BodyDiscardedError extends defineError({
  code: "ERR_HTTP_BODY_DISCARDED",
  source: "internal",
  retryable: false,
  message: () => "the rest of the request body was discarded: its response is complete",
}) {}

/** A connection closed in the middle of a message (RFC 9112 section 8). */
export class IncompleteMessageError extends defineError({
  code: "ERR_HTTP_INCOMPLETE_MESSAGE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly where: string }) => `the connection closed in the middle of ${fields.where}`,
}) {}

/** The client went away, or gave up, before its request was answered. */
export class ClientGoneError extends defineError({
  code: "ERR_HTTP_CLIENT_GONE",
  source: "downstream",
  retryable: false,
  message: () => "the client closed the connection before its request was answered",
}) {}

/** A client took too long for a request's head, its body, or to take the response. */
export class ClientTimeoutError extends defineError({
  code: "ERR_HTTP_CLIENT_TIMEOUT",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly waitingFor: string; readonly timeoutMs: number }) =>
    `the client took longer than ${fields.timeoutMs} ms for ${fields.waitingFor}`,
}) {}

/** A client of HTTP/2 has streams reset, pings or changes its settings more often than any use of them needs (rapid reset). */
export class ClientMisbehavedError extends defineError({
  code: "ERR_HTTP_CLIENT_MISBEHAVED",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly maxOffences: number; readonly windowMs: number }) =>
    `the client reset or disturbed its connection more than ${fields.maxOffences} times in ${fields.windowMs} ms`,
}) {}

/** A request with its answer took longer than the server allows. Answered with 504, or 408 while its body is incomplete. */
export class RequestTimeoutError extends defineError({
  code: "ERR_HTTP_REQUEST_TIMEOUT",
  source: "internal",
  retryable: true,
  message: (fields: { readonly timeoutMs: number }) =>
    `the request and its answer took longer than ${fields.timeoutMs} ms`,
}) {}

/** An upstream took too long for its response's head, for more of its body, or to take the request. Answered with 504. */
export class UpstreamTimeoutError extends defineError({
  code: "ERR_HTTP_UPSTREAM_TIMEOUT",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly address: string; readonly waitingFor: string; readonly timeoutMs: number }) =>
    `${fields.address} took longer than ${fields.timeoutMs} ms for ${fields.waitingFor}`,
}) {}

/**
 * An upstream closed the connection before its answer was complete. `unanswered` tells that not one byte of a response had come, and
 * `reused` that the connection had served before: both together are what happens to a kept connection that grew too old.
 */
export class UpstreamClosedError extends defineError({
  code: "ERR_HTTP_UPSTREAM_CLOSED",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly address: string; readonly unanswered: boolean; readonly reused: boolean }) =>
    `${fields.address} closed the connection ${fields.unanswered ? "before it answered" : "in the middle of its answer"}`,
}) {}

/** An upstream said that it has not looked at a request (REFUSED_STREAM, or GOAWAY before it): it may be sent again, whatever it is. */
export class UpstreamRefusedError extends defineError({
  code: "ERR_HTTP_UPSTREAM_REFUSED",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly address: string }) => `${fields.address} refused the request unseen`,
}) {}

/** An upstream cannot be asked for a WebSocket over HTTP/2 (RFC 8441). Nothing was sent. Answered with 502. */
export class UpgradeUnsupportedError extends defineError({
  code: "ERR_HTTP_UPGRADE_UNSUPPORTED",
  source: "upstream",
  retryable: false,
  message: (fields: { readonly address: string; readonly what: string }) =>
    `${fields.address} cannot be asked for a WebSocket over HTTP/2: ${fields.what}`,
}) {}

/** An upstream sent what is no HTTP response, or bytes that nobody asked for. Answered with 502. */
export class UpstreamProtocolError extends defineError({
  code: "ERR_HTTP_UPSTREAM_PROTOCOL",
  source: "upstream",
  retryable: false,
  message: (fields: { readonly address: string; readonly what: string }) =>
    `${fields.address} ${fields.what}`,
}) {}

/** A program made a request that cannot be sent: its method or target would be read as something else. */
export class InvalidRequestError extends defineError({
  code: "ERR_HTTP_INVALID_REQUEST",
  source: "internal",
  retryable: false,
  message: (fields: { readonly what: string }) => `the request cannot be sent: ${fields.what}`,
}) {}

/** A request was sent on a connection that is busy or gone. */
export class ConnectionBusyError extends defineError({
  code: "ERR_HTTP_CONNECTION_BUSY",
  source: "internal",
  retryable: false,
  message: (fields: { readonly state: string }) =>
    `a request cannot be sent on a connection that is ${fields.state}`,
}) {}

/** A body turned out longer or shorter than the length that its message had announced. */
export class BodyLengthError extends defineError({
  code: "ERR_HTTP_BODY_LENGTH",
  source: "internal",
  retryable: false,
  message: (fields: { readonly announcedBytes: number; readonly what: "longer" | "shorter" }) =>
    `the body is ${fields.what} than the ${fields.announcedBytes} bytes that were announced`,
}) {}

/** A handler answered with something that cannot be sent. Answered with 500. */
export class InvalidResponseError extends defineError({
  code: "ERR_HTTP_INVALID_RESPONSE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly what: string }) => `the handler's response cannot be sent: ${fields.what}`,
}) {}

/** A module that should have a fetch handler cannot be loaded, or has none. */
export class FetchModuleError extends defineError({
  code: "ERR_HTTP_FETCH_MODULE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly path: string; readonly problem: string }) =>
    `no fetch handler in ${fields.path}: ${fields.problem}`,
}) {}
