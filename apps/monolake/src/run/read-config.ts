import { formatProblems } from "@monolake/config";
import { createRouter } from "@monolake/services/http";
import { createRouteCheck, loadProxyConfig, type ValidProxyConfig } from "../schema/index.ts";

/** Ends the command with a message for people and exit code 1: what is wrong is theirs to mend, so there is no stack. */
export class CommandFailure extends Error {}

/** Reads a configuration that the proxy can serve. Throws {@link CommandFailure} with everything that is wrong with it. */
export async function readConfig(file: string): Promise<ValidProxyConfig> {
  const outcome = await loadProxyConfig({ file, checkRoutes: createRouteCheck(createRouter) });
  if (outcome.type === "invalid") {
    throw new CommandFailure(formatProblems(outcome.problems, { color: process.stderr.isTTY }));
  }
  const [first] = outcome.unsupported;
  if (first !== undefined) {
    const { line, column } = first.position;
    throw new CommandFailure(
      `${file}:${line}:${column}: ${first.feature}: valid, but not built yet in this version; remove it to start`,
    );
  }
  return outcome;
}
