import { defineError } from "@monolake/errors";

/** A connection began with a PROXY header that is none: broken off, malformed, too long, or with a wrong checksum. */
export class ProxyHeaderInvalidError extends defineError({
  code: "ERR_PROXY_HEADER_INVALID",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly address: string; readonly problem: string }) =>
    `the PROXY header of a connection from ${fields.address} is invalid: ${fields.problem}`,
}) {}

/** A trusted proxy began a connection without the PROXY header that it has to send: often it is not set up to send one. */
export class ProxyHeaderMissingError extends defineError({
  code: "ERR_PROXY_HEADER_MISSING",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly address: string }) =>
    `a connection from the proxy ${fields.address} began without a PROXY header, which is required`,
}) {}

/** The PROXY header of a connection, or what tells that there is none, did not come in time. */
export class ProxyHeaderTimeoutError extends defineError({
  code: "ERR_PROXY_HEADER_TIMEOUT",
  source: "downstream",
  retryable: false,
  message: (fields: {
    readonly address: string;
    readonly timeoutMs: number;
    readonly receivedBytes: number;
  }) =>
    `a connection from ${fields.address} sent ${fields.receivedBytes} bytes within ${fields.timeoutMs} ms, expected a PROXY header`,
}) {}

/** Somebody who is no trusted proxy sent a PROXY header, that is, claimed to be somebody else. */
export class ProxyHeaderRefusedError extends defineError({
  code: "ERR_PROXY_HEADER_REFUSED",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly address: string }) =>
    `${fields.address} sent a PROXY header and is not among the trusted proxies`,
}) {}

/** Somebody who is no trusted proxy connected where only trusted proxies may. */
export class ProxyPeerRefusedError extends defineError({
  code: "ERR_PROXY_PEER_REFUSED",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly address: string }) =>
    `${fields.address} connected and is not among the trusted proxies`,
}) {}
