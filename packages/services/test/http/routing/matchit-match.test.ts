import { describe, expect, it } from "vitest";
import { createRouter } from "../../../src/http/index.ts";
import { readVectors } from "./vectors.ts";

const groups = readVectors("match.txt");

it("has all vectors of the original's router", () => {
  expect(groups.flatMap((group) => group.cases)).toHaveLength(277);
});

describe.each(groups)("$name", ({ routes, cases }) => {
  const router = createRouter(routes.map((path) => ({ path, value: `value of ${path}` })));

  it.each(cases)("leads $input to $expected", ({ input, expected }) => {
    const match = router.match(input, input.length);
    if (match === undefined) return expect("nothing").toBe(expected);
    const parameters = Object.entries(match.parameters(input, input.length)).map(
      ([name, text]) => `${name}=${text}`,
    );
    expect([match.pattern, ...parameters].join(" ")).toBe(expected);
    expect(match.value).toBe(`value of ${match.pattern}`);
  });

  it("does not depend on the order of the routes", () => {
    const reversed = createRouter(routes.toReversed().map((path) => ({ path, value: path })));
    for (const { input, expected } of cases) {
      expect(reversed.match(input, input.length)?.pattern ?? "nothing").toBe(expected.split(" ")[0]);
    }
  });
});
