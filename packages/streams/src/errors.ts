import { defineError } from "@monolake/errors";

/** The peer reset the connection, or it vanished while data was under way. */
export class ConnectionResetError extends defineError({
  code: "ERR_CONNECTION_RESET",
  source: "downstream",
  retryable: true,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `connection with ${fields.address} was reset (${fields.systemCode})`,
}) {}

/** Nobody listens at the address. */
export class ConnectionRefusedError extends defineError({
  code: "ERR_CONNECTION_REFUSED",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `connection to ${fields.address} was refused (${fields.systemCode})`,
}) {}

/** There is no way to the address: no route, host or network down, or the kernel gave up waiting for it. */
export class ConnectionUnreachableError extends defineError({
  code: "ERR_CONNECTION_UNREACHABLE",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `${fields.address} cannot be reached (${fields.systemCode})`,
}) {}

/** This process lacks something that a connection needs: file descriptors, memory, ports, permission. */
export class ConnectionResourceError extends defineError({
  code: "ERR_CONNECTION_RESOURCE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `no resources for a connection with ${fields.address} (${fields.systemCode})`,
}) {}

/** A socket failed in a way that has no class of its own; `systemCode` is what the system called it. */
export class ConnectionFailedError extends defineError({
  code: "ERR_CONNECTION_FAILED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly address: string; readonly systemCode: string }) =>
    `connection with ${fields.address} failed (${fields.systemCode})`,
}) {}

/** A tunnel moved nothing for as long as it may. */
export class TunnelIdleError extends defineError({
  code: "ERR_TUNNEL_IDLE",
  source: "downstream",
  retryable: false,
  message: (fields: { readonly idleTimeoutMs: number }) =>
    `the tunnel was idle for ${fields.idleTimeoutMs} ms`,
}) {}
