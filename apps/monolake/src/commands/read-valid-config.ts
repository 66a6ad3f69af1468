import { ConfigInvalidError, createFileSource } from "@monolake/config";
import { type ProxyConfig, parseProxyConfig } from "../schema/index.ts";

/**
 * The configuration of a file, for commands that only look at it: the files that it names need not be there. Throws
 * ERR_CONFIG_READ, and ERR_CONFIG_INVALID with the problems.
 */
export async function readValidConfig(file: string): Promise<ProxyConfig> {
  const outcome = parseProxyConfig(await createFileSource(file).load());
  if (outcome.type === "invalid") throw new ConfigInvalidError({ problems: outcome.problems });
  return outcome.config;
}
