import type { ServiceCommand } from "@monolake/core";
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

/** The workers could not be brought to a valid configuration; the cause says why. What had been done is taken back. */
export class ReloadFailedError extends defineError({
  code: "ERR_RELOAD_FAILED",
  source: "internal",
  retryable: true,
  message: (fields: {
    /** The command that failed. */
    readonly step: ReloadStep;
    readonly site: string;
    readonly reason: string;
    /** Sites that could not be brought back to what they were. The next reload tries to. */
    readonly notRestored: readonly string[];
  }) => {
    const rest = fields.notRestored.length === 0 ? "" : `; not restored: ${fields.notRestored.join(", ")}`;
    return `${explainStep(fields.step, fields.site)}: ${fields.reason}${rest}`;
  },
}) {}

/** A reload was asked of a reloader that is closed. */
export class ReloaderClosedError extends defineError({
  code: "ERR_RELOADER_CLOSED",
  source: "internal",
  retryable: false,
  message: () => "the reloader is closed",
}) {}

/** What a reload does to a site: the commands of `@monolake/core`. */
export type ReloadStep = ServiceCommand["type"];

function explainStep(step: ReloadStep, site: string): string {
  if (step === "precommit") return `the service of ${site} cannot be made`;
  if (step === "commit") return `the listener of ${site} cannot be opened`;
  return `${step} of ${site} failed`;
}

/** One line: `file:line:column: path: what is wrong`. */
export function summarizeProblem({ position, path, message }: ConfigProblem): string {
  const where = `${position.file}:${position.line}:${position.column}`;
  return path.length === 0 ? `${where}: ${message}` : `${where}: ${formatPath(path)}: ${message}`;
}
