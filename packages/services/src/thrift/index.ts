// The layers of a Thrift stack, from the outside in; above them the Thrift core.

export type { MatchedThriftRoute, ThriftRouteConfig } from "./route.ts";
export { matchedThriftRoute, ThriftRoute, thriftRoute } from "./route.ts";
export type { ThriftUpstreamContext, ThriftUpstreamOptions } from "./upstream.ts";
export { ThriftUpstream, thriftUpstream } from "./upstream.ts";

// Their parts, for layers of your own.

export type { HeaderEdits } from "./header-edits.ts";
export type { ThriftRouteMatch } from "./route-match.ts";
export type { SendOptions, ThriftClientOptions } from "./thrift-client.ts";
export { ThriftClient } from "./thrift-client.ts";
export type { ThriftUpstreamConfig, ThriftUpstreamTarget } from "./upstream-target.ts";
export { thriftUpstreamTarget } from "./upstream-target.ts";
