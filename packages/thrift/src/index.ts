// For whoever writes a service.

export type { ThriftReader, ThriftReaderOptions } from "./codec/thrift-reader.ts";
export { createReader } from "./codec/thrift-reader.ts";
export type { ThriftWriter } from "./codec/thrift-writer.ts";
export { createWriter } from "./codec/thrift-writer.ts";
export {
  MessageType,
  TApplicationException,
  TApplicationExceptionType,
  Type,
} from "./constants.ts";
export type { Method, MethodCall, ThriftHandlerOptions } from "./service/create-thrift-handler.ts";
export { createThriftHandler } from "./service/create-thrift-handler.ts";
export type { ThriftContext, ThriftHandler } from "./thrift-handler.ts";

// Messages.

export type { AnswerOptions, MessageParts } from "./message/create-message.ts";
export { createAnswer, createMessage, createReply } from "./message/create-message.ts";
export type { ExceptionParts } from "./message/exception.ts";
export { createException, readException } from "./message/exception.ts";
export type { Payload, PayloadSink } from "./message/payload.ts";
export type { ReadPayloadOptions } from "./message/read-payload.ts";
export { readPayload } from "./message/read-payload.ts";
export type { ThriftMessage } from "./message/thrift-message.ts";
export { IntKey, StringKey } from "./ttheader/keys.ts";
export type { TTHeaderEntry, TTHeaderKey } from "./ttheader/ttheader.ts";
export { TTHeader } from "./ttheader/ttheader.ts";
export type { ThriftFormat, ThriftProtocol, ThriftTransport } from "./wire/format.ts";
export { thriftFormat, thriftFormats } from "./wire/format.ts";
export type { ThriftLimits } from "./wire/limits.ts";

// Servers.

export type { ThriftPipelining, ThriftServerOptions } from "./connection/server-options.ts";
export { exceptionOfError } from "./exception-of-error.ts";
export { ThriftCore, thriftCore } from "./thrift-core.ts";

// Connections to servers.

export type { ThriftClientConnectionOwner } from "./connection/client-connection.ts";
export { ThriftClientConnection } from "./connection/client-connection.ts";
export type {
  ResolvedThriftClientConnectionOptions,
  ThriftClientConnectionOptions,
} from "./connection/client-options.ts";
export { resolveThriftClientConnectionOptions } from "./connection/client-options.ts";

// What can go wrong.

export {
  PayloadUsedError,
  ThriftAnswerError,
  ThriftClientGoneError,
  ThriftClientTimeoutError,
  ThriftConnectionBusyError,
  ThriftIncompleteError,
  ThriftMessageError,
  ThriftOverloadedError,
  ThriftPayloadError,
  ThriftTooLargeError,
  ThriftTransportError,
  ThriftUpstreamClosedError,
  ThriftUpstreamProtocolError,
  ThriftUpstreamTimeoutError,
} from "./errors.ts";
