import type { Logger } from "@monolake/core";
import { MonolakeError } from "@monolake/errors";
import { ConfigInvalidError, ReloadFailedError, summarizeProblem } from "../errors.ts";
import { faultIn } from "../format-failure.ts";
import type { ConfigProblem } from "../problem.ts";
import type { ReloadOutcome } from "./reload-outcome.ts";

/** One record for an outcome. `version` is what serves now. */
export function logOutcome(outcome: ReloadOutcome, version: number, logger: Logger): void {
  switch (outcome.type) {
    case "applied": {
      const { added, changed, removed, unchanged } = outcome;
      const renamed = outcome.renamed.map(({ from, to }) => `${from} to ${to}`);
      const fields = {
        version,
        ...{ added, changed, removed, unchanged: unchanged.length },
        ...(renamed.length > 0 && { renamed }),
      };
      return logger.info(fields, "configuration applied");
    }
    case "unchanged":
      return logger.info({ version }, "configuration unchanged");
    case "refused":
      return logRefusal(outcome.error, version, logger);
    default: {
      const never: never = outcome;
      throw new TypeError(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

function logRefusal(error: Error, version: number, logger: Logger): void {
  const message = `configuration refused, version ${version} serves on: ${error.message}`;
  logger.error({ version, ...refusalFields(error) }, message);
}

/** What the message does not say. What a person mends in a file or on a machine needs no stack; a fault in a module does. */
function refusalFields(error: Error): object {
  if (error instanceof ConfigInvalidError)
    return { code: error.code, problems: error.problems.map(summarizeProblem) };
  const fault = faultIn(error);
  return {
    ...(MonolakeError.is(error) && { code: error.code }),
    ...(error instanceof ReloadFailedError && { step: error.step, site: error.site }),
    ...(fault !== undefined && { err: fault }),
  };
}

/**
 * Tells those warnings that were not told of the configuration before. Gives what identifies all of them: where else in the file the same
 * one stands does not matter.
 */
export function logWarnings(
  warnings: readonly ConfigProblem[],
  told: ReadonlySet<string>,
  logger: Logger,
): ReadonlySet<string> {
  const all = new Set<string>();
  for (const problem of warnings) {
    const { file, line, column } = problem.position;
    const { path, message } = problem;
    const id = JSON.stringify([file, message, path.length > 0 ? path : [line, column]]);
    all.add(id);
    if (!told.has(id)) logger.warn({ file, line, column }, summarizeProblem(problem));
  }
  return all;
}
