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

export function logWarnings(warnings: readonly ConfigProblem[], logger: Logger): void {
  for (const problem of warnings) {
    const { file, line, column } = problem.position;
    logger.warn({ file, line, column }, summarizeProblem(problem));
  }
}
