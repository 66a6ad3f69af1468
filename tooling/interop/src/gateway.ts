import { fileURLToPath } from "node:url";
import { freePort, type RunningProgram, startProgram, temporaryFolder } from "@monolake/test-kit";
import type { ServerPorts } from "./peer.ts";

const main = fileURLToPath(new URL("../../../apps/monolake/src/main.ts", import.meta.url));

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
  await using cleanup = new AsyncDisposableStack();
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
  const folder = cleanup.use(await temporaryFolder());
  const file = await folder.write("monolake.toml", `[runtime]\nworker_threads = 2\n${tables.join("")}`);
  const program = cleanup.use(
    await startProgram(
      process.execPath,
      ["--conditions=@monolake/source", main, "--config", file, "--log-level", "info"],
      { readyPattern: /"msg":"ready"/ },
    ),
  );
  const owned = cleanup.move();
  return { ports, program, [Symbol.asyncDispose]: () => owned.disposeAsync() };
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
