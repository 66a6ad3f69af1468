import { defineError } from "@monolake/errors";

/** The first bytes of a connection belong to no transport that is known here: HTTP, telnet, TLS, Apache THeader, or noise. */
export class ThriftTransportError extends defineError({
  code: "ERR_THRIFT_TRANSPORT",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly found: string }) =>
    `expected TTHeader, a frame or a Thrift message, found the bytes ${fields.found}`,
}) {}

/** A frame, a TTHeader or the head of a message is malformed: where the next message begins cannot be told. */
export class ThriftMessageError extends defineError({
  code: "ERR_THRIFT_MESSAGE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly what: string }) => `malformed Thrift message: ${fields.what}`,
}) {}

/** A message is larger than allowed, or a part of it. */
export class ThriftTooLargeError extends defineError({
  code: "ERR_THRIFT_TOO_LARGE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly what: string; readonly bytes: number; readonly maxBytes: number }) =>
    `the ${fields.what} has at least ${fields.bytes} bytes, allowed are ${fields.maxBytes}`,
}) {}

/** The arguments or the result of a message are malformed: an unknown type, an impossible size, too many levels, or a sudden end. */
export class ThriftPayloadError extends defineError({
  code: "ERR_THRIFT_PAYLOAD",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly what: string }) => `malformed Thrift structure: ${fields.what}`,
}) {}

/** A payload was piped or read a second time. */
export class PayloadUsedError extends defineError({
  code: "ERR_THRIFT_PAYLOAD_USED",
  source: "internal",
  retryable: false,
  message: () => "the payload was read already: a payload goes to one sink, once",
}) {}

/** A connection closed in the middle of a message. */
export class ThriftIncompleteError extends defineError({
  code: "ERR_THRIFT_INCOMPLETE",
  source: "downstream",
  retryable: false,
  message: () => "the connection closed in the middle of a message",
}) {}

/** The client went away before its call was answered. */
export class ThriftClientGoneError extends defineError({
  code: "ERR_THRIFT_CLIENT_GONE",
  source: "downstream",
  retryable: false,
  message: () => "the client closed the connection before its call was answered",
}) {}

/** A client took too long for the rest of a message, or to take its answers. */
export class ThriftClientTimeoutError extends defineError({
  code: "ERR_THRIFT_CLIENT_TIMEOUT",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly waitingFor: string; readonly timeoutMs: number }) =>
    `the client took longer than ${fields.timeoutMs} ms for ${fields.waitingFor}`,
}) {}

/** An upstream took too long for its answer, for more of it, or to take the call. */
export class ThriftUpstreamTimeoutError extends defineError({
  code: "ERR_THRIFT_UPSTREAM_TIMEOUT",
  source: "upstream",
  retryable: false,
  message: (fields: { readonly address: string; readonly waitingFor: string; readonly timeoutMs: number }) =>
    `${fields.address} took longer than ${fields.timeoutMs} ms for ${fields.waitingFor}`,
}) {}

/**
 * An upstream closed the connection before its answer was complete. The call may have been executed, so it is not sent
 * again.
 */
export class ThriftUpstreamClosedError extends defineError({
  code: "ERR_THRIFT_UPSTREAM_CLOSED",
  source: "upstream",
  retryable: false,
  message: (fields: { readonly address: string }) =>
    `${fields.address} closed the connection before it answered`,
}) {}

/** An upstream sent what is no Thrift answer, or an answer that nobody asked for. */
export class ThriftUpstreamProtocolError extends defineError({
  code: "ERR_THRIFT_UPSTREAM_PROTOCOL",
  source: "upstream",
  retryable: false,
  message: (fields: { readonly address: string; readonly what: string }) =>
    `${fields.address} ${fields.what}`,
}) {}

/** A call was given to a connection that cannot take it: busy, gone, or about to go. Nothing of it was sent. */
export class ThriftConnectionBusyError extends defineError({
  code: "ERR_THRIFT_CONNECTION_BUSY",
  source: "internal",
  retryable: true,
  message: (fields: { readonly state: string }) =>
    `a call cannot be sent on a connection that is ${fields.state}`,
}) {}

/** As many calls as may are being handled. */
export class ThriftOverloadedError extends defineError({
  code: "ERR_THRIFT_OVERLOADED",
  source: "internal",
  retryable: true,
  message: (fields: { readonly maxCalls: number }) => `${fields.maxCalls} calls are being handled already`,
}) {}

/** A handler answered with something that cannot be sent. */
export class ThriftAnswerError extends defineError({
  code: "ERR_THRIFT_ANSWER",
  source: "internal",
  retryable: false,
  message: (fields: { readonly what: string }) => `the handler's answer cannot be sent: ${fields.what}`,
}) {}
