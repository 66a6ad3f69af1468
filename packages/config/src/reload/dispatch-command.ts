import {
  BuildListenerError,
  BuildServiceError,
  type CommandOutcome,
  type ResultGroup,
  type ServiceCommand,
  WorkerDiedError,
} from "@monolake/core";
import { ReloadFailedError } from "../errors.ts";
import type { ReloaderOptions } from "./reloader-options.ts";

/**
 * Gives all workers a command. Rejects with {@link ReloadFailedError} unless it is in force in all that live: the one that
 * takes a dead one's place comes to hold what they hold.
 */
export async function dispatchOrThrow(
  manager: ReloaderOptions["manager"],
  command: ServiceCommand,
): Promise<void> {
  try {
    for (;;) {
      const group = await manager.dispatch(command);
      if (isInForce(group)) return;
      if (!mayAskAgain(command, group)) throw group.error();
    }
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ReloadFailedError({ step: command.type, site: command.site, reason, notRestored: [], cause });
  }
}

function isInForce(group: ResultGroup<CommandOutcome>): boolean {
  if (group.error() === undefined) return true;
  return group.results.some((result) => result.ok && result.value === "applied");
}

/** A death in the middle of a command that runs no code of the site is nothing that the configuration did. */
function mayAskAgain(command: ServiceCommand, group: ResultGroup<CommandOutcome>): boolean {
  const runsCodeOfTheSite = "service" in command || "listen" in command;
  return (
    !runsCodeOfTheSite &&
    group.results.some((result) => result.ok) &&
    group.results.every((result) => result.ok || result.error instanceof WorkerDiedError)
  );
}

/** Without what the error of the reload says itself. */
function reasonOf(error: unknown): string {
  if (error instanceof BuildServiceError || error instanceof BuildListenerError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
