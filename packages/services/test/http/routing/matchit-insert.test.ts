import { describe, expect, it } from "vitest";
import {
  createRouter,
  RouteConflictError,
  RoutePatternInvalidError,
  type RoutePatternProblem,
} from "../../../src/http/index.ts";
import { readVectors } from "./vectors.ts";

const groups = readVectors("insert.txt");

/** The original tells three problems apart where we tell seven. */
const problemNames: Record<RoutePatternProblem, string> = {
  "empty-pattern": "invalid parameter",
  "unclosed-brace": "invalid parameter",
  "unopened-brace": "invalid parameter",
  "empty-name": "invalid parameter",
  "invalid-name": "invalid parameter",
  "text-after-parameter": "invalid segment",
  "catch-all-not-last": "invalid catch-all",
};

function insert(accepted: readonly string[], pattern: string): string {
  try {
    createRouter([...accepted, pattern].map((path) => ({ path, value: path })));
    return "ok";
  } catch (error) {
    if (error instanceof RoutePatternInvalidError) return problemNames[error.problem];
    if (error instanceof RouteConflictError) return `conflict ${error.existing}`;
    throw error;
  }
}

it("has all vectors of the original's router", () => {
  expect(groups.flatMap((group) => group.cases)).toHaveLength(125);
});

describe.each(groups)("$name", ({ cases }) => {
  it.each(cases.map((each, index) => ({ ...each, index })))(
    "finds $input $expected",
    ({ input, expected, index }) => {
      const accepted = cases.slice(0, index).filter((before) => before.expected === "ok");
      expect(
        insert(
          accepted.map((before) => before.input),
          input,
        ),
      ).toBe(expected);
    },
  );
});
