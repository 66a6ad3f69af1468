import { MonolakeError } from "@monolake/errors";

/** Failures before anything of a request was sent to an upstream. */
const beforeSending = new Set([
  "ERR_UPSTREAM_CONNECT_REFUSED",
  "ERR_UPSTREAM_CONNECT_TIMEOUT",
  "ERR_UPSTREAM_UNREACHABLE",
  "ERR_UPSTREAM_CONNECT_FAILED",
  "ERR_UPSTREAM_TLS_CERTIFICATE",
  "ERR_UPSTREAM_TLS_HANDSHAKE",
  "ERR_HTTP_UPGRADE_UNSUPPORTED",
  "ERR_NAME_NOT_FOUND",
  "ERR_RESOLVER_TIMEOUT",
  "ERR_RESOLVER_FAILED",
  "ERR_POOL_QUEUE_FULL",
  "ERR_POOL_WAIT_TIMEOUT",
  "ERR_THRIFT_CONNECTION_BUSY",
]);

/** Whether nothing was sent when a request failed so: it may go elsewhere, whatever it is. */
export const isUnsent = (error: unknown): boolean => MonolakeError.is(error) && beforeSending.has(error.code);
