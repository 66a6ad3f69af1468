/** One Thrift server whose calls go to some upstreams; `more` are keys of the server, `route` keys of its route. */
export const thriftServer = (
  port: number,
  upstreamPorts: readonly number[],
  { more = "", route = "" }: { readonly more?: string; readonly route?: string } = {},
): string => {
  const upstreams = upstreamPorts
    .map((upstream) => `{ endpoint = { type = "socket", value = "127.0.0.1:${upstream}" } }`)
    .join(", ");
  return `[servers.rpc]
name = "rpc"
proxy_type = "thrift"
listener = { type = "socket", value = "127.0.0.1:${port}" }
${more}
[[servers.rpc.routes]]
load_balancer = "round_robin"
upstreams = [${upstreams}]
${route}
`;
};
