import { defineError } from "@monolake/errors";
import { type ConfigProblem, formatPath } from "./problem.ts";

/** A configuration file cannot be read: it is missing, unreadable, no text, or too large. */
export class ConfigReadError extends defineError({
  code: "ERR_CONFIG_READ",
  source: "internal",
  retryable: true,
  message: (fields: {
    /** As it was given. */
    readonly file: string;
    /** The working directory that a relative path starts from. */
    readonly directory: string;
    readonly reason: string;
  }) =>
    `cannot read the configuration file "${fields.file}" (working directory "${fields.directory}"): ${fields.reason}`,
}) {}

/** A configuration is not valid. Carries every problem, with its place. */
export class ConfigInvalidError extends defineError({
  code: "ERR_CONFIG_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly problems: readonly ConfigProblem[] }) => {
    const [first] = fields.problems;
    if (first === undefined) return "the configuration is not valid";
    const more = fields.problems.length - 1;
    return `${summarizeProblem(first)}${more === 0 ? "" : ` (and ${more} more)`}`;
  },
}) {}

/** One line: `file:line:column: path: what is wrong`. */
export function summarizeProblem({ position, path, message }: ConfigProblem): string {
  const where = `${position.file}:${position.line}:${position.column}`;
  return path.length === 0 ? `${where}: ${message}` : `${where}: ${formatPath(path)}: ${message}`;
}
