export { acceptedStream, dataStream } from "./accepted-stream.ts";
export type { SocketAddress } from "./address.ts";
export { formatAddress } from "./address.ts";
export type { ByteStream, StreamHandler } from "./byte-stream.ts";
export { ConnectionDeadline } from "./connection-deadline.ts";
export type { Content, ContentSink } from "./content.ts";
export type { Expiring } from "./deadline.ts";
export { deadlineClockMs, deadlineIn, unwatchDeadline, watchDeadline, watchedDeadlines } from "./deadline.ts";
export type { DialOptions } from "./dial-stream.ts";
export { dialStream } from "./dial-stream.ts";
export type { DuplexStreamOptions } from "./duplex-stream.ts";
export { duplexStream } from "./duplex-stream.ts";
export {
  ConnectionFailedError,
  ConnectionRefusedError,
  ConnectionResetError,
  ConnectionResourceError,
  ConnectionUnreachableError,
  TunnelIdleError,
} from "./errors.ts";
export { IncomingContent } from "./incoming-content.ts";
export { isInReadMemory, putIntoReadMemory, readMemory, readMemoryStart } from "./read-buffer.ts";
export type { ReadMemory } from "./read-memory.ts";
export { fromSocketError } from "./socket-error.ts";
export { StreamReader } from "./stream-reader.ts";
export { takeSocket } from "./take-socket.ts";
export type { PeerCertificate, TlsDetails } from "./tls-details.ts";
export { tlsStream } from "./tls-stream.ts";
export type { TunnelEnd, TunnelOptions } from "./tunnel.ts";
export { tunnel } from "./tunnel.ts";
export type { TurnEndTask } from "./turn-end.ts";
export { atTurnEnd } from "./turn-end.ts";
export { giveOutWaiting } from "./waiting-chunks.ts";
export {
  copiedBytes,
  holdWriteBuffer,
  releaseWriteBuffer,
  writeBuffer,
  writeBufferBytes,
  writeBufferInUse,
  writtenPart,
} from "./write-buffer.ts";
