import type { SourceExcerpt, SourcePosition, Span } from "./source-text.ts";

/** The keys and array indices that lead from the root to a value. */
export type ConfigPath = readonly (string | number)[];

/** What kind of problem it is; stable, for programs that treat them differently. */
export type ConfigProblemType =
  /** The text is no TOML, JSON or YAML. */
  | "syntax"
  | "duplicate-key"
  | "unknown-key"
  /** A key that no table may have, such as `__proto__`. */
  | "forbidden-key"
  | "missing-key"
  | "wrong-type"
  /** The type is right, the value is not allowed. */
  | "wrong-value"
  /** A `${env:NAME}` or `${file:PATH}` that stands for nothing. */
  | "unresolved-reference"
  /** Too large or nested too deeply. */
  | "limit"
  /** A warning: still understood, not for long. */
  | "deprecated-key"
  /** A warning of the application about a value that is valid. */
  | "notice";

/** One thing that is wrong with a configuration, or worth a warning. Plain data: it can cross threads. */
export interface ConfigProblem {
  readonly type: ConfigProblemType;
  readonly severity: "error" | "warning";
  /** What was expected and what was found, without the position and the path. */
  readonly message: string;
  /** Where in the configuration; empty for the whole file. */
  readonly path: ConfigPath;
  /** The key or value to look at; for a missing key the table that lacks it. */
  readonly position: SourcePosition;
  /** The line of `position`, so that a problem can be shown without the file. */
  readonly excerpt: SourceExcerpt;
  /** What was probably meant, for an unknown key or value. */
  readonly suggestion?: string;
}

/** What a problem is made of, before its span is turned into a position. */
export interface ProblemParts {
  readonly type: ConfigProblemType;
  readonly message: string;
  readonly span: Span;
  readonly path?: ConfigPath;
  readonly suggestion?: string | undefined;
  readonly severity?: "error" | "warning";
}

/** A schema may quote what it found, whatever length that has. */
const longestMessage = 1_000;

export function createProblem(parts: ProblemParts): ConfigProblem {
  const { type, message, span, path = [], suggestion, severity = "error" } = parts;
  const problem = {
    type,
    severity,
    message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message,
    path,
    position: span.source.position(span),
    excerpt: span.source.excerpt(span),
  };
  return suggestion === undefined ? problem : { ...problem, suggestion };
}

/** By the names of the files and in the order of each, every problem once. */
export function sortProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>();
  return problems
    .toSorted(({ position: a }, { position: b }) =>
      a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1,
    )
    .filter(({ position, message }) => {
      const id = JSON.stringify([position.file, position.offset, message]);
      return !seen.has(id) && seen.add(id);
    });
}

/** A path as people write it: `servers.demo.routes[0].path`, with quotes where a key needs them. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const key = /^[A-Za-z0-9_-]+$/.test(step) ? step : JSON.stringify(step);
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}
