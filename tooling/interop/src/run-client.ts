import { setTimeout } from "node:timers/promises";
import { startProgram } from "@monolake/test-kit";
import type { Combination } from "./combination.ts";
import type { Check, Peer, ServerPorts } from "./peer.ts";

const limitMs = 60_000;

/** Runs a client to its end. How it ends is a check of its own: none may pass because the client has died. */
export async function runClient(
  peer: Peer,
  combination: Combination,
  ports: ServerPorts,
): Promise<readonly Check[]> {
  const command = peer.clientCommand(combination, ports);
  await using program = await startProgram(command.program, command.arguments, {
    ...(command.environment !== undefined && { env: command.environment }),
    ...(command.folder !== undefined && { cwd: command.folder }),
  });
  const timer = new AbortController();
  const exit = await Promise.race([
    program.exited,
    setTimeout(limitMs, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  timer.abort();
  const ending =
    exit === undefined ? `no end within ${limitMs} ms` : `ended with ${exit.signal ?? exit.code}`;
  return [...peer.checksIn(program.stdout + program.stderr), { passed: exit?.code === 0, text: ending }];
}
