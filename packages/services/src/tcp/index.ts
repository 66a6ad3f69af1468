// The inner end of a TCP stack.

export { TcpEcho, tcpEcho } from "./echo.ts";
export type { TcpProxyContext, TcpProxyOptions, TcpUpstreamConfig } from "./proxy.ts";
export { TcpProxy, tcpProxy } from "./proxy.ts";

// What can go wrong.

export { TcpUpstreamUnavailableError } from "./errors.ts";
