import { eventually, freePort, portAccepts, startProgram } from "@monolake/test-kit";
import { apacheCombinations, type Combination } from "../combination.ts";
import type { Check, Command, Peer, RunningServer } from "../peer.ts";

/** The test programs of one language: they are told on which port to listen. */
export interface SuitePrograms {
  readonly id: string;
  readonly server: (combination: Combination, port: number) => Command;
  readonly client: (combination: Combination, port: number) => Command;
  readonly checksIn: (output: string) => readonly Check[];
}

/** The peer of one language's test programs. */
export const suitePeer = ({ id, server, client, checksIn }: SuitePrograms): Peer => ({
  id,
  speaks: apacheCombinations,
  startServer: async (combination) => {
    const port = await freePort();
    return startServer(server(combination, port), port);
  },
  clientCommand: (combination, { plain }) => client(combination, plain),
  checksIn,
});

async function startServer(command: Command, port: number): Promise<RunningServer> {
  const program = await startProgram(command.program, command.arguments, {
    ...(command.environment !== undefined && { env: command.environment }),
    ...(command.folder !== undefined && { cwd: command.folder }),
  });
  try {
    await eventually(() => portAccepts(port), { timeoutMs: 10_000, intervalMs: 50 });
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw new Error(`${command.program} does not listen:\n${program.stdout}${program.stderr}`, {
      cause: error,
    });
  }
  return { program, ports: { plain: port } };
}
