import { defineError } from "@monolake/errors";

/** A request's body is not what its Content-Encoding says: corrupt, cut short, or followed by something else. Answered with 400. */
export class ContentDecodingError extends defineError({
  code: "ERR_CONTENT_DECODING",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly coding: string; readonly status: 400 }) =>
    `the request body cannot be decoded as ${fields.coding}`,
}) {}

/** A request's body becomes larger by being decoded than is allowed, as a decompression bomb does. Answered with 413. */
export class ContentTooLargeError extends defineError({
  code: "ERR_CONTENT_TOO_LARGE",
  source: "downstream",
  retryable: false,
  message: (fields: {
    readonly encodedBytes: number;
    readonly decodedBytes: number;
    readonly maxBytes: number;
    readonly status: 413;
  }) =>
    `${fields.encodedBytes} bytes of a request body became at least ${fields.decodedBytes} decoded ones, allowed are ${fields.maxBytes}`,
}) {}

/** More bodies are being decoded or encoded than the worker has memory for. Answered with 503 to a request that has to be decoded. */
export class ContentBusyError extends defineError({
  code: "ERR_CONTENT_BUSY",
  source: "internal",
  retryable: true,
  message: (fields: { readonly maxBodies: number; readonly status: 503 }) =>
    `a request body cannot be decoded now: ${fields.maxBodies} bodies are being decoded or encoded`,
}) {}

/** A response's body could not be encoded; the response breaks off. */
export class ContentEncodingError extends defineError({
  code: "ERR_CONTENT_ENCODING",
  source: "internal",
  retryable: false,
  message: (fields: { readonly coding: string }) =>
    `a response body could not be encoded as ${fields.coding}`,
}) {}
