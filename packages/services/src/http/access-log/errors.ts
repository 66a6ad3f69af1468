import { defineError } from "@monolake/errors";

/** What the format of an access log may have wrong with it. */
export type AccessLogFormatProblem =
  | "unknown-format"
  | "unknown-variable"
  | "unnamed-variable"
  | "unclosed-brace"
  | "secret-field"
  | "control-character";

const describe = (problem: AccessLogFormatProblem, found: string, suggestion: string | undefined): string => {
  const quoted = JSON.stringify(found);
  const meant = suggestion === undefined ? "" : `, did you mean ${JSON.stringify(suggestion)}?`;
  switch (problem) {
    case "unknown-format":
      return meant === ""
        ? `expected "combined", "json" or a template with variables such as "$status", found ${quoted}`
        : `unknown format ${quoted}${meant}`;
    case "unknown-variable":
      return `unknown variable ${quoted}${meant}`;
    case "unnamed-variable":
      return `expected the name of a variable after "$", or "$$" for the character itself`;
    case "unclosed-brace":
      return `expected a "}" that ends ${quoted}`;
    case "secret-field":
      return `${quoted} is refused: its value is a secret that would end up in the log`;
    case "control-character":
      return `expected one line without control characters, found ${quoted}`;
    default: {
      const never: never = problem;
      throw new TypeError(`unknown problem ${JSON.stringify(never)}`);
    }
  }
};

/** The format of an access log cannot be used. `position` counts its characters (UTF-16 code units) from 0. */
export class AccessLogFormatError extends defineError({
  code: "ERR_ACCESS_LOG_FORMAT",
  source: "internal",
  retryable: false,
  message: (fields: {
    readonly format: string;
    readonly position: number;
    readonly problem: AccessLogFormatProblem;
    readonly found: string;
    readonly suggestion: string | undefined;
  }) =>
    `access log format is invalid at position ${fields.position}: ${describe(fields.problem, fields.found, fields.suggestion)}`,
}) {}

/** The file of an access log cannot be opened for appending. */
export class AccessLogOpenError extends defineError({
  code: "ERR_ACCESS_LOG_OPEN",
  source: "internal",
  retryable: false,
  message: (fields: {
    readonly target: string;
    /** As the system says it. */
    readonly reason: string;
  }) => `access log ${fields.target} cannot be opened: ${fields.reason}`,
}) {}

/** Lines could not be written. They are lost, and counted in the next ERR_ACCESS_LOG_DROPPED. Told once until writing works again. */
export class AccessLogWriteError extends defineError({
  code: "ERR_ACCESS_LOG_WRITE",
  source: "internal",
  retryable: true,
  message: (fields: { readonly target: string }) => `access log ${fields.target} cannot be written`,
}) {}

/** Lines were lost since the last one that was written: too many waited, or writing failed. */
export class AccessLogDroppedError extends defineError({
  code: "ERR_ACCESS_LOG_DROPPED",
  source: "internal",
  retryable: false,
  message: (fields: { readonly target: string; readonly lines: number }) =>
    `access log ${fields.target} lost ${fields.lines} ${fields.lines === 1 ? "line" : "lines"}`,
}) {}
