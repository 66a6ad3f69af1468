import { ConfigInvalidError, createFileSource } from "@monolake/config";
import { parseProxyConfig, type ValidProxyConfig } from "../schema/index.ts";

/**
 * The configuration of a file or a folder, for commands that only look at it: the files that it names need not be there. Throws
 * ERR_CONFIG_READ, and ERR_CONFIG_INVALID with the problems.
 */
export async function readValidConfig(file: string): Promise<ValidProxyConfig> {
  const outcome = parseProxyConfig(await createFileSource(file, { folders: true }).load());
  if (outcome.type === "invalid") throw new ConfigInvalidError({ problems: outcome.problems });
  return outcome;
}
