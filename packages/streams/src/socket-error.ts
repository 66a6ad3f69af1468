import { MonolakeError } from "@monolake/errors";
import {
  ConnectionFailedError,
  ConnectionRefusedError,
  ConnectionResetError,
  ConnectionResourceError,
  ConnectionUnreachableError,
} from "./errors.ts";

/** What the system's error codes mean for a connection. */
const classOfSystemCode = {
  // The peer ended the connection while we used it; EPIPE and ENOTCONN are our side noticing it late.
  ECONNRESET: ConnectionResetError,
  EPIPE: ConnectionResetError,
  ECONNABORTED: ConnectionResetError,
  ENOTCONN: ConnectionResetError,
  ERR_STREAM_DESTROYED: ConnectionResetError,
  ERR_STREAM_WRITE_AFTER_END: ConnectionResetError,
  // A unix socket whose file is gone counts as refused: nobody listens there.
  ECONNREFUSED: ConnectionRefusedError,
  ENOENT: ConnectionRefusedError,
  EHOSTUNREACH: ConnectionUnreachableError,
  ENETUNREACH: ConnectionUnreachableError,
  EHOSTDOWN: ConnectionUnreachableError,
  ENETDOWN: ConnectionUnreachableError,
  ETIMEDOUT: ConnectionUnreachableError,
  EADDRNOTAVAIL: ConnectionResourceError,
  EMFILE: ConnectionResourceError,
  ENFILE: ConnectionResourceError,
  ENOBUFS: ConnectionResourceError,
  ENOMEM: ConnectionResourceError,
  EACCES: ConnectionResourceError,
  EPERM: ConnectionResourceError,
  EAGAIN: ConnectionResourceError,
} as const;

/** The coded error for whatever a socket threw: every error of a socket passes here once, at the edge. */
export function fromSocketError(error: unknown, address: string): MonolakeError {
  if (MonolakeError.is(error)) return error;
  const systemCode = systemCodeOf(error);
  const known = Object.hasOwn(classOfSystemCode, systemCode);
  const ErrorOfCode = known
    ? classOfSystemCode[systemCode as keyof typeof classOfSystemCode]
    : ConnectionFailedError;
  return new ErrorOfCode({ address, systemCode, cause: error });
}

function systemCodeOf(error: unknown): string {
  const code =
    typeof error === "object" && error !== null ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "unknown";
}
