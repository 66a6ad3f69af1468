import { formatAddress } from "@monolake/streams";
import type { HttpServerConfig, ProxyConfig } from "../schema/index.ts";

/** A server, or why there is none. */
export type FoundServer =
  | { readonly server: HttpServerConfig; readonly why: string }
  | { readonly problem: string };

/** The HTTP server of a configuration that somebody would reach at an address, or the one that is named. */
export function findServer(
  { servers }: ProxyConfig,
  { host, port }: { readonly host: string; readonly port: number },
  key: string | undefined,
): FoundServer {
  const candidates = servers.filter((server): server is HttpServerConfig => server.type === "http");
  const listens = (server: HttpServerConfig) => `listens at ${formatAddress(server.listener)}`;
  if (key !== undefined) {
    const named = candidates.find((server) => server.key === key);
    if (named !== undefined) return { server: named, why: listens(named) };
    return { problem: `there is no HTTP server ${JSON.stringify(key)}; there are: ${listOf(candidates)}` };
  }
  const atPort = candidates.filter(({ listener }) => listener.type === "socket" && listener.port === port);
  const exact = atPort.find(({ listener }) => listener.type === "socket" && listener.host === host);
  const server = exact ?? atPort[0];
  if (server !== undefined) return { server, why: listens(server) };
  const [only, second] = candidates;
  if (only !== undefined && second === undefined)
    return { server: only, why: `the only one for HTTP; it ${listens(only)}, not at port ${port}` };
  return {
    problem: `no HTTP server listens at port ${port}: name one with --server; there are: ${listOf(candidates)}`,
  };
}

const listOf = (servers: readonly HttpServerConfig[]): string =>
  servers.length === 0
    ? "none"
    : servers.map(({ key, listener }) => `${key} (${formatAddress(listener)})`).join(", ");
