import { MonolakeError } from "@monolake/errors";
import { TApplicationException, TApplicationExceptionType } from "./constants.ts";
import type { ExceptionParts } from "./message/exception.ts";

const types = TApplicationExceptionType;

/** What callers are told of errors that have a code. Others are faults of this side, of which nothing is told. */
const known: Readonly<Record<string, ExceptionParts>> = {
  ERR_THRIFT_PAYLOAD: { type: types.PROTOCOL_ERROR, message: "malformed arguments" },
  ERR_THRIFT_MESSAGE: { type: types.PROTOCOL_ERROR, message: "malformed message" },
  ERR_THRIFT_TOO_LARGE: { type: types.PROTOCOL_ERROR, message: "too large" },
  ERR_THRIFT_CLIENT_TIMEOUT: { type: types.PROTOCOL_ERROR, message: "the message did not come in time" },
  ERR_THRIFT_OVERLOADED: { type: types.INTERNAL_ERROR, message: "overloaded" },
  ERR_THRIFT_UPSTREAM_TIMEOUT: { type: types.INTERNAL_ERROR, message: "the upstream did not answer in time" },
  ERR_THRIFT_UPSTREAM_CLOSED: {
    type: types.INTERNAL_ERROR,
    message: "the upstream closed the connection before it answered",
  },
  ERR_THRIFT_UPSTREAM_PROTOCOL: {
    type: types.INTERNAL_ERROR,
    message: "the upstream's answer is no Thrift answer",
  },
  ERR_UPSTREAM_CONNECT_TIMEOUT: {
    type: types.INTERNAL_ERROR,
    message: "the upstream could not be connected in time",
  },
  ERR_POOL_QUEUE_FULL: { type: types.INTERNAL_ERROR, message: "overloaded" },
  ERR_POOL_WAIT_TIMEOUT: { type: types.INTERNAL_ERROR, message: "overloaded" },
  ERR_SERVICE_TIMEOUT: { type: types.INTERNAL_ERROR, message: "timed out" },
};

/**
 * What the caller is told of an error: a {@link TApplicationException} as it is; of others what they stand for, and no more, so
 * that no address and no detail gets out.
 */
export function exceptionOfError(error: unknown): ExceptionParts {
  if (error instanceof TApplicationException) return { type: error.type, message: error.message };
  if (!MonolakeError.is(error)) return { type: types.INTERNAL_ERROR, message: "internal error" };
  const parts = known[error.code];
  if (parts !== undefined) return { type: parts.type, message: `${parts.message} (${error.code})` };
  const message = error.source === "upstream" ? "the upstream cannot be reached" : "internal error";
  return { type: types.INTERNAL_ERROR, message: `${message} (${error.code})` };
}
