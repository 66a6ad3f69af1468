import type { ParsedDocument } from "./document.ts";
import { createProblem } from "./problem.ts";
import type { SourceText, Span } from "./source-text.ts";

/** How large and how deep a configuration may be, against files made to exhaust the process. */
export interface ConfigLimits {
  /** Longest text, in UTF-8 bytes. */
  readonly maxBytes: number;
  /** How deeply tables and arrays may be nested. */
  readonly maxDepth: number;
}

export function resolveLimits(limits: Partial<ConfigLimits>): ConfigLimits {
  return { maxBytes: limits.maxBytes ?? 1024 * 1024, maxDepth: limits.maxDepth ?? 64 };
}

export function tooDeep(span: Span, { maxDepth }: ConfigLimits): ParsedDocument {
  const message = `expected at most ${maxDepth} levels of nesting, found more`;
  return { root: undefined, problems: [createProblem({ type: "limit", message, span })] };
}

/**
 * A parser ran out of stack: it met brackets nested thousands deep, or one enormous value. Strings are not told from
 * brackets here, as only the place that is shown depends on it.
 */
export function beyondParser(source: SourceText, limits: ConfigLimits): ParsedDocument {
  let depth = 0;
  for (const { 0: bracket, index } of source.text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > limits.maxDepth) return tooDeep(source.span(index, 1), limits);
  }
  const longest = /[^\n]{65536}/.exec(source.text);
  const message = "expected shorter values, found one that is too long to read";
  const span = source.span(longest?.index ?? 0, 1);
  return { root: undefined, problems: [createProblem({ type: "limit", message, span })] };
}
