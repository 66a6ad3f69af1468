import { type Combination, inBoth } from "./combination.ts";
import { type GatewayOptions, startGateway } from "./gateway.ts";
import type { Check, Peer, RunningServer, ServerPorts } from "./peer.ts";
import { runClient } from "./run-client.ts";

/** What one client found out about one server, both ways. */
export interface Comparison {
  readonly client: string;
  readonly server: string;
  readonly combination: Combination;
  readonly direct: readonly Check[];
  readonly throughGateway: readonly Check[];
}

interface ServerRun {
  readonly peer: Peer;
  readonly combination: Combination;
  readonly ports: ServerPorts;
}

/** Runs every client against every server that speaks as it does, directly and through one gateway. */
export async function* comparePeers(
  peers: readonly Peer[],
  gatewayOptions: GatewayOptions,
): AsyncGenerator<Comparison> {
  await using cleanup = new AsyncDisposableStack();
  const servers: ServerRun[] = [];
  for (const peer of peers) {
    for (const combination of peer.speaks) {
      const { program, ports }: RunningServer = await peer.startServer(combination);
      cleanup.use(program);
      servers.push({ peer, combination, ports });
    }
  }
  const gateway = cleanup.use(
    await startGateway(
      gatewayOptions,
      servers.map(({ ports }) => ports),
    ),
  );
  for (const [index, { peer: server, combination, ports }] of servers.entries()) {
    for (const client of peers) {
      if (inBoth(client.speaks, [combination]).length === 0) continue;
      yield {
        client: client.id,
        server: server.id,
        combination,
        direct: await runClient(client, combination, ports),
        throughGateway: await runClient(client, combination, gateway.ports[index] as ServerPorts),
      };
    }
  }
}

const textsOf = (checks: readonly Check[]): readonly string[] => checks.map(({ text }) => text);

/** Lines that one of the two has and the other has not. */
export function differencesOf({ direct, throughGateway }: Comparison): readonly string[] {
  const before = textsOf(direct);
  const after = textsOf(throughGateway);
  const lines = [
    ...before.filter((text) => !after.includes(text)).map((text) => `direct only:  ${text}`),
    ...after.filter((text) => !before.includes(text)).map((text) => `gateway only: ${text}`),
  ];
  if (lines.length === 0 && before.join("\n") !== after.join("\n"))
    lines.push("the same checks in another order");
  if (before.length === 0) lines.push("the client printed no check");
  return lines;
}
