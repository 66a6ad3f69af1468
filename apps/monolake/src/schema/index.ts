// Reading the proxy's configuration.

export type { ValidProxyConfig } from "./parse-proxy-config.ts";
export { parseProxyConfig } from "./parse-proxy-config.ts";
export type { PemUse } from "./pem-uses.ts";

// What the proxy's parts are configured with.

export type {
  HttpServerConfig,
  ListenerConfig,
  ProxyConfig,
  RouteConfig,
  RuntimeConfig,
  ServerConfig,
  TcpServerConfig,
  ThriftServerConfig,
  UpstreamTlsConfig,
} from "./proxy-config.ts";
