import { asError, MonolakeError } from "@monolake/errors";
import { ConfigInvalidError } from "./errors.ts";
import { type FormatProblemsOptions, formatProblems } from "./format-problems.ts";

/**
 * Why a program could not start, for people; ends with a line feed. What they mend in a file or on the machine is its problems, or a
 * line; a fault in a module comes with its stack.
 */
export function formatFailure(error: unknown, options?: FormatProblemsOptions): string {
  if (error instanceof ConfigInvalidError) return formatProblems(error.problems, options);
  const { message, stack = message } = asError(error);
  if (!MonolakeError.is(error)) return `${stack}\n`;
  const fault = faultIn(error);
  return fault === undefined ? `${message}\n` : `${message}\n${fault.stack ?? fault.message}\n`;
}

/** The first error in a chain of causes that says only by its stack where it is from. */
export function faultIn(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const isCoded = MonolakeError.is(error) || typeof (error as NodeJS.ErrnoException).code === "string";
  return isCoded ? faultIn(error.cause) : error;
}
