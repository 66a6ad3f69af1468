// Messages.
export type { Body, BodySink } from "./body/body.ts";
export { bodyChunks } from "./body/body-chunks.ts";
export type { BodyContent } from "./body/body-from.ts";
export { bodyFrom } from "./body/body-from.ts";
export { emptyBody } from "./body/fixed-bodies.ts";
export type { ReadBodyOptions } from "./body/read-body.ts";
export { readBody } from "./body/read-body.ts";
export type {
  Http2ClientOptions,
  HttpClientConnectionOptions,
  ResolvedHttpClientConnectionOptions,
} from "./client/client-options.ts";
export { resolveHttpClientConnectionOptions } from "./client/client-options.ts";
export type { ResponseListener } from "./client/response-listener.ts";
// Errors.
export {
  BodyDiscardedError,
  BodyLengthError,
  BodyTooLargeError,
  BodyUsedError,
  ChunkedEncodingError,
  ClientGoneError,
  ClientMisbehavedError,
  ClientTimeoutError,
  ConnectionBusyError,
  IncompleteMessageError,
  InvalidRequestError,
  InvalidResponseError,
  RequestTimeoutError,
  UpgradeUnsupportedError,
  UpstreamClosedError,
  UpstreamProtocolError,
  UpstreamRefusedError,
  UpstreamTimeoutError,
} from "./errors.ts";
// Calling.
export type { ClientConnectionOwner } from "./h1/client-connection.ts";
export { ClientConnection } from "./h1/client-connection.ts";
export { SharedConnection } from "./h1/shared-connection.ts";
export type { LeavingReason, SharedConnectionOwner, SharingOptions } from "./h1/sharing.ts";
export type { SharedRequest } from "./h1/waiting-request.ts";
export type { Http2ClientConnectionOwner } from "./h2/client-connection.ts";
export { Http2ClientConnection } from "./h2/client-connection.ts";
export { HttpHeadError, HttpHeaderInvalidError, HttpResponseHeadError } from "./head/errors.ts";
// Reading heads: for whoever brings a connection of their own.
export { headCounts } from "./head/head-counts.ts";
export type { HeadLimits } from "./head/head-limits.ts";
export { RequestHeadReader, ResponseHeadReader } from "./head/head-reader.ts";
export type { Parsing } from "./head/parsing.ts";
export type { RequestHead } from "./head/request-head.ts";
export type { ResponseHead } from "./head/response-head.ts";
export type { AmbiguousFieldsMode } from "./headers/ambiguous-fields.ts";
export type { HeadersInit } from "./headers/headers.ts";
export { Headers } from "./headers/headers.ts";
export type { KnownFieldName } from "./headers/known-fields.ts";
export { knownFields } from "./headers/known-fields.ts";
export { PreparedField } from "./headers/prepared-field.ts";
export type { HttpCoreOptions } from "./http-core.ts";
export { HttpCore, httpCore } from "./http-core.ts";
export type { ExchangeListener, HttpExchange } from "./http-exchange.ts";
export type { HttpContext, HttpHandler } from "./http-handler.ts";
export { ComingResponse } from "./message/coming-response.ts";
export type { HttpRequestInit, InformationalListener } from "./message/request.ts";
export { createRequest, HttpRequest } from "./message/request.ts";
export type { HttpResponseInit } from "./message/response.ts";
export { createResponse, HttpResponse } from "./message/response.ts";
export { statusText } from "./message/status-text.ts";
export type { HttpVersion } from "./message/version.ts";
export type { ConnectionLifetimeOptions } from "./server/connection-lifetime.ts";
// Serving.
export type { Http2ServerOptions, HttpServerOptions } from "./server/server-options.ts";
