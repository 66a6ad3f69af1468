import { defineError } from "@monolake/errors";

/** A service did not answer in time; its call was cancelled. */
export class ServiceTimeoutError extends defineError({
  code: "ERR_SERVICE_TIMEOUT",
  source: "internal",
  retryable: true,
  message: (fields: { readonly timeoutMs: number }) =>
    `the service did not answer within ${fields.timeoutMs} ms`,
}) {}

/** A service threw what no service should throw: a bug, most often. `cause` is what it threw. */
export class ServiceFailedError extends defineError({
  code: "ERR_SERVICE_FAILED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly thrown: string }) => `the service failed unexpectedly: ${fields.thrown}`,
}) {}

/** A peer did not send enough in time to tell what it speaks. */
export class DetectTimeoutError extends defineError({
  code: "ERR_DETECT_TIMEOUT",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly timeoutMs: number; readonly receivedBytes: number }) =>
    `the first bytes did not come within ${fields.timeoutMs} ms, only ${fields.receivedBytes} did`,
}) {}

/** A connection ended before it could be told what its peer speaks. */
export class DetectEndedError extends defineError({
  code: "ERR_DETECT_ENDED",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly receivedBytes: number }) =>
    `the connection ended after ${fields.receivedBytes} of the bytes that tell what it is for`,
}) {}

/** An entry of a list of trusted proxies is neither an address nor a network. */
export class TrustedProxyInvalidError extends defineError({
  code: "ERR_TRUSTED_PROXY_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly entry: string }) =>
    `trusted proxy: expected an address, a network such as 10.0.0.0/8, or unix, found ${JSON.stringify(fields.entry)}`,
}) {}
