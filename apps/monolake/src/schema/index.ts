// Reading the proxy's configuration.

export type { ValidProxyConfig } from "./parse-proxy-config.ts";
export { parseProxyConfig } from "./parse-proxy-config.ts";
export type { PemUse } from "./pem-uses.ts";

// What the proxy's parts are configured with.

export type { HttpServerConfig, RouteConfig } from "./http-server-config.ts";
export type { ProxyConfig, RuntimeConfig, ServerConfig, TcpServerConfig } from "./proxy-config.ts";
export type { ListenerConfig } from "./server-config-base.ts";
export type { ThriftServerConfig } from "./thrift-server-config.ts";
export type { UpstreamTlsConfig } from "./upstream-config.ts";
