import { defineError } from "@monolake/errors";

/** What a route pattern may have wrong with it. */
export type RoutePatternProblem =
  | "empty-pattern"
  | "unclosed-brace"
  | "unopened-brace"
  | "empty-name"
  | "invalid-name"
  | "text-after-parameter"
  | "catch-all-not-last";

const expectations = {
  "empty-pattern": "expected at least one character",
  "unclosed-brace": "expected a } that ends the parameter, or {{ for the character {",
  "unopened-brace": "expected a { before it, or }} for the character }",
  "empty-name": "expected a name in the braces",
  "invalid-name": "expected a name without / and *, a * only in front of it",
  "text-after-parameter": "expected / or the end after a parameter",
  "catch-all-not-last": "expected nothing after a catch-all parameter",
} as const satisfies Record<RoutePatternProblem, string>;

/** A route's pattern cannot be read. `position` counts its characters (UTF-16 code units) from 0. */
export class RoutePatternInvalidError extends defineError({
  code: "ERR_ROUTE_PATTERN_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { pattern: string; position: number; problem: RoutePatternProblem }) =>
    `route pattern ${JSON.stringify(fields.pattern)} is invalid at position ${fields.position}: ${expectations[fields.problem]}`,
}) {}

/**
 * Two routes cannot live side by side, because they match the same requests at the same rank: the same pattern twice
 * (whatever the parameters are called) under the same conditions, or a parameter and a catch-all at the same place.
 */
export class RouteConflictError extends defineError({
  code: "ERR_ROUTE_CONFLICT",
  source: "internal",
  retryable: false,
  message: (fields: { pattern: string; existing: string }) =>
    `route ${JSON.stringify(fields.pattern)} conflicts with route ${JSON.stringify(fields.existing)}, expected patterns that differ in more than their parameters, or another condition`,
}) {}
