import { defineError } from "@monolake/errors";

/** The text of an address is not one that can be listened on. */
export class InvalidListenAddressError extends defineError({
  code: "ERR_LISTEN_ADDRESS_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly value: string; readonly expected: string }) =>
    `listen address: expected ${fields.expected}, found ${fields.value}`,
}) {}

/** The configuration of a listener has a key that there is not, or a value that does not fit. */
export class InvalidListenerConfigError extends defineError({
  code: "ERR_LISTENER_CONFIG_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly key: string; readonly value: string; readonly expected: string }) =>
    `listener configuration: expected ${fields.expected} for ${fields.key}, found ${fields.value}`,
}) {}

/** Somebody else listens on the address already. */
export class ListenAddressInUseError extends defineError({
  code: "ERR_LISTEN_ADDRESS_IN_USE",
  source: "internal",
  retryable: true,
  message: (fields: { readonly address: string; readonly hint: string }) =>
    `cannot listen on ${fields.address}: it is in use (${fields.hint})`,
}) {}

/** The system does not allow this process to listen on the address. */
export class ListenPermissionError extends defineError({
  code: "ERR_LISTEN_PERMISSION_DENIED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly address: string; readonly hint: string }) =>
    `cannot listen on ${fields.address}: permission denied (${fields.hint})`,
}) {}

/** This machine has no such address. */
export class ListenAddressUnavailableError extends defineError({
  code: "ERR_LISTEN_ADDRESS_UNAVAILABLE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly address: string; readonly hint: string }) =>
    `cannot listen on ${fields.address}: no interface of this machine has that address (${fields.hint})`,
}) {}

/** The path of a unix socket is longer than the system can bind. */
export class ListenPathTooLongError extends defineError({
  code: "ERR_LISTEN_PATH_TOO_LONG",
  source: "internal",
  retryable: false,
  message: (fields: { readonly path: string; readonly bytes: number; readonly maxBytes: number }) =>
    `cannot listen on unix:${fields.path}: the path has ${fields.bytes} bytes, expected at most ${fields.maxBytes}`,
}) {}

/** There is something else than a socket at the path; it is never removed. */
export class ListenPathOccupiedError extends defineError({
  code: "ERR_LISTEN_PATH_OCCUPIED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly path: string; readonly found: string }) =>
    `cannot listen on unix:${fields.path}: expected no file or a stale socket at the path, found a ${fields.found}`,
}) {}

/** The directory of a unix socket is missing, or it is no directory. */
export class ListenDirectoryError extends defineError({
  code: "ERR_LISTEN_DIRECTORY_MISSING",
  source: "internal",
  retryable: false,
  message: (fields: { readonly path: string; readonly directory: string }) =>
    `cannot listen on unix:${fields.path}: there is no directory ${fields.directory}`,
}) {}

/** Listening failed in a way that has no class of its own; `systemCode` is what the system called it. */
export class ListenFailedError extends defineError({
  code: "ERR_LISTEN_FAILED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `cannot listen on ${fields.address} (${fields.systemCode})`,
}) {}
