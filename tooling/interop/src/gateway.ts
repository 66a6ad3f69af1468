import { freePort, type RunningProgram, startMonolake } from "@monolake/test-kit";
import type { ServerPorts } from "./peer.ts";

/** How the proxy is configured. */
export interface GatewayOptions {
  /** It reads Thrift messages, or bytes without a meaning. */
  readonly type: "thrift" | "tcp";
  /** Connections to each server that all calls share; 0: one call at a time on each of many. */
  readonly multiplex: number;
}

/** The proxy in a process of its own, as users start it. */
export interface Gateway extends AsyncDisposable {
  /** Where clients reach the servers, in the order of the servers. */
  readonly ports: readonly ServerPorts[];
  readonly program: RunningProgram;
}

/** Starts the proxy with one configured server for each port of the foreign ones. */
export async function startGateway(
  options: GatewayOptions,
  servers: readonly ServerPorts[],
): Promise<Gateway> {
  const tables: string[] = [];
  const addServer = async (upstreamPort: number) => {
    const port = await freePort();
    tables.push(serverTable(`s${tables.length}`, options, { port, upstreamPort }));
    return port;
  };
  const ports: ServerPorts[] = [];
  for (const { plain, multiplexed } of servers) {
    const ownPlain = await addServer(plain);
    ports.push({
      plain: ownPlain,
      ...(multiplexed !== undefined && { multiplexed: await addServer(multiplexed) }),
    });
  }
  const proxy = await startMonolake({ config: `[runtime]\nworker_threads = 2\n${tables.join("")}` });
  return { ports, program: proxy.program, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

function serverTable(
  key: string,
  { type, multiplex }: GatewayOptions,
  { port, upstreamPort }: { readonly port: number; readonly upstreamPort: number },
): string {
  const upstreams = `upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstreamPort}" } }]`;
  return `
[servers.${key}]
name = "${key}"
proxy_type = "${type}"
listener = { type = "socket", value = "127.0.0.1:${port}" }
${type === "thrift" ? `route.multiplex = ${multiplex}\nroute.` : ""}${upstreams}
`;
}
