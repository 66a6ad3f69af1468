// Reading the proxy's configuration.
export type { RouteCheck } from "./http-server-schema.ts";
export type { ProxyConfigOutcome, ValidProxyConfig } from "./load-proxy-config.ts";
export { loadProxyConfig, parseProxyConfig } from "./load-proxy-config.ts";
// What the proxy's parts are configured with.
export type {
  AccessLogConfig,
  EchoServerConfig,
  EndpointConfig,
  HttpLimits,
  HttpServerConfig,
  HttpTimeouts,
  ListenerConfig,
  LoadBalancerName,
  ProxyConfig,
  RouteConfig,
  RuntimeConfig,
  ServerConfig,
  SocketEndpoint,
  TcpServerConfig,
  ThriftServerConfig,
  TlsConfig,
  UnixEndpoint,
  UpstreamConfig,
  UriEndpoint,
} from "./proxy-config.ts";
export { createRouteCheck } from "./route-check.ts";
