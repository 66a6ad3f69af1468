import fc from "fast-check";
import { expect, it } from "vitest";
import { createRouter, RouteConflictError } from "../../../src/http/index.ts";
import { patternsConflict, referenceMatch } from "./reference-router.ts";

// Few letters and short texts, so that patterns share beginnings and paths come close to them.
const text = fc.string({ unit: fc.constantFrom("a", "b", "{{", "}}", "é", "."), maxLength: 3 });
const name = fc.constantFrom("x", "y", "x{{", "long name", "__proto__");
const segment = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: fc.tuple(text, name).map(([before, parameter]) => `${before}{${parameter}}`) },
);
const ending = fc.option(
  fc.tuple(text, name).map(([before, parameter]) => `/${before}{*${parameter}}`),
  { nil: "", freq: 3 },
);
const pattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), ending)
  .map(([segments, last]) => `/${segments.join("/")}${last}`);
const patterns = fc.array(pattern, { minLength: 1, maxLength: 12 });

const pathText = fc.string({ unit: fc.constantFrom("a", "b", "{", "}", "é", "."), maxLength: 3 });
const anyPath = fc.array(pathText, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
/** Paths made from a pattern, so that most of them match something. */
const pathOf = (from: string) =>
  fc.array(fc.oneof(pathText, anyPath), { minLength: 5, maxLength: 5 }).map((texts) => {
    let index = 0;
    const filled = from.replace(/(?<!\{)\{(?:[^{}]|\{\{)+\}/g, () => texts[index++ % 5] ?? "");
    return filled.replaceAll("{{", "{").replaceAll("}}", "}");
  });

const routesOf = (paths: readonly string[]) => paths.map((path) => ({ path, value: path }));
const withoutConflicts = (paths: readonly string[]) =>
  paths.filter((path, index) => !paths.slice(0, index).some((before) => patternsConflict(before, path)));

const runs = { numRuns: 1_500, seed: 20_260_817 };

it("finds what trying every pattern finds, for any routes and paths", () => {
  let found = 0;
  const input = patterns.map(withoutConflicts).chain((paths) =>
    fc.record({
      paths: fc.constant(paths),
      asked: fc.array(fc.oneof(anyPath, fc.constantFrom(...paths).chain(pathOf)), {
        minLength: 5,
        maxLength: 20,
      }),
    }),
  );
  fc.assert(
    fc.property(input, ({ paths, asked }) => {
      const router = createRouter(routesOf(paths));
      for (const path of asked) {
        const match = router.match(`${path}?a/b`, path.length);
        const expected = referenceMatch(paths, path);
        expect(match?.pattern).toBe(expected?.pattern);
        if (match === undefined || expected === undefined) continue;
        found += 1;
        const parameters = match.parameters(`${path}?a/b`, path.length);
        expect(Object.entries(parameters)).toEqual([...expected.parameters]);
      }
    }),
    runs,
  );
  expect(found).toBeGreaterThan(runs.numRuns);
});

it("refuses routes exactly when two of them conflict, and names two that do", () => {
  fc.assert(
    fc.property(patterns, (paths) => {
      const accepted = withoutConflicts(paths);
      try {
        createRouter(routesOf(paths));
        expect(accepted).toEqual(paths);
      } catch (error) {
        if (!(error instanceof RouteConflictError)) throw error;
        expect(patternsConflict(error.pattern, error.existing)).toBe(true);
        expect(accepted).not.toEqual(paths);
      }
    }),
    runs,
  );
});
