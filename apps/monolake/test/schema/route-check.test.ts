import { createRouter } from "@monolake/services/http";
import { expect, it } from "vitest";
import { createRouteCheck } from "../../src/schema/index.ts";

const check = createRouteCheck(createRouter);

it("finds nothing wrong with routes that go together", () => {
  expect(check([])).toEqual([]);
  expect(check(["/", "/a", "/a/{b}", "/{*rest}", "/img-{id}"])).toEqual([]);
});

it("finds every pattern that cannot be read, and every one that conflicts with one before it", () => {
  const paths = ["/a/{x}", "/{", "/b", "/a/{y}", "/c", "/b", "}", "/b"];
  const indices = check(paths).map(({ index }) => index);
  expect(indices.toSorted((a, b) => a - b)).toEqual([1, 3, 5, 6, 7]);
});

it("takes a thousand routes", () => {
  const paths = Array.from({ length: 1000 }, (_, index) => `/r${index % 999}`);
  expect(check(paths).map(({ index }) => index)).toEqual([999]);
});

it("passes on what is no refusal of the router", () => {
  const broken = createRouteCheck(() => {
    throw new TypeError("broken");
  });
  expect(() => broken(["/"])).toThrow("broken");
});
