// Outermost but for the context: connections that proxies hand on.

export type { ProxyProtocolContext, ProxyProtocolOptions } from "./proxy-protocol.ts";
export { ProxyProtocol, proxyProtocol } from "./proxy-protocol.ts";

// Headers by themselves.

export type { ClientPreambleContext } from "./client-preamble.ts";
export { clientPreamble } from "./client-preamble.ts";
export type { ProxyHeaderVersion } from "./encode-header.ts";
export { encodeProxyHeader } from "./encode-header.ts";
export type { ParsedProxyHeader } from "./parse-header.ts";
export { parseProxyHeader } from "./parse-header.ts";
export type { ProxyHeader, ProxyTlv } from "./proxy-header.ts";
export { proxyHeader, proxyTlvTypes } from "./proxy-header.ts";

// What can go wrong.

export {
  ProxyHeaderInvalidError,
  ProxyHeaderMissingError,
  ProxyHeaderRefusedError,
  ProxyHeaderTimeoutError,
  ProxyPeerRefusedError,
} from "./errors.ts";
