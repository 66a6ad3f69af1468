// Reading the proxy's configuration.

export type { ValidProxyConfig } from "./parse-proxy-config.ts";
export { parseProxyConfig } from "./parse-proxy-config.ts";

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
} from "./proxy-config.ts";
