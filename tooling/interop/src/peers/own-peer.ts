import { startProgram } from "@monolake/test-kit";
import { apacheCombinations, type Combination } from "../combination.ts";
import type { Check, Command, Peer, RunningServer, ServerPorts } from "../peer.ts";

/** The programs in `peers/`: all of them take the same arguments and print the same lines. */
export interface OwnPrograms {
  readonly id: string;
  readonly speaks?: readonly Combination[];
  /** Commands without PROTOCOL and TRANSPORT, which are added. */
  readonly server: Command;
  readonly client: Command;
}

/** The peer of one of the programs in `peers/`. */
export function ownPeer({ id, speaks = apacheCombinations, server, client }: OwnPrograms): Peer {
  return {
    id,
    speaks,
    startServer: (combination) => startServer(withArguments(server, combination)),
    clientCommand: (combination, { plain, multiplexed = 0 }) =>
      withArguments(client, combination, String(plain), String(multiplexed)),
    checksIn,
  };
}

const withArguments = (
  command: Command,
  { protocol, transport }: Combination,
  ...more: string[]
): Command => ({
  ...command,
  arguments: [...command.arguments, protocol, transport, ...more],
});

/** Starts a server that prints `listening PORT MULTIPLEXED-PORT`; 0 when it has none. */
async function startServer(command: Command): Promise<RunningServer> {
  const program = await startProgram(command.program, command.arguments, {
    ...(command.environment !== undefined && { env: command.environment }),
    readyPattern: /^listening \d+ \d+$/m,
  });
  const [, plain, multiplexed] = /^listening (\d+) (\d+)$/m.exec(program.stdout) ?? [];
  const ports: ServerPorts = {
    plain: Number(plain),
    ...(multiplexed !== "0" && { multiplexed: Number(multiplexed) }),
  };
  return { program, ports };
}

const checksIn = (output: string): readonly Check[] =>
  output
    .split("\n")
    .filter((line) => /^(ok|not ok|skip) /.test(line))
    .map((text) => ({ passed: !text.startsWith("not"), text }));
