import { expect, it } from "vitest";
import { checkRoutes } from "../../src/schema/route-check.ts";

it("finds nothing wrong with routes that go together", () => {
  expect(checkRoutes([].map((path) => ({ path })))).toEqual([]);
  expect(checkRoutes(["/", "/a", "/a/{b}", "/{*rest}", "/img-{id}"].map((path) => ({ path })))).toEqual([]);
});

it("finds every pattern that cannot be read, and every one that conflicts with one before it", () => {
  const paths = ["/a/{x}", "/{", "/b", "/a/{y}", "/c", "/b", "}", "/b"];
  const indices = checkRoutes(paths.map((path) => ({ path }))).map(({ index }) => index);
  expect(indices.toSorted((a, b) => a - b)).toEqual([1, 3, 5, 6, 7]);
});

it("takes a thousand routes", () => {
  const paths = Array.from({ length: 1000 }, (_, index) => `/r${index % 999}`);
  expect(checkRoutes(paths.map((path) => ({ path }))).map(({ index }) => index)).toEqual([999]);
});
