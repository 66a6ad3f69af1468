import { describe, expect, it } from "vitest";
import { createRouter, RouteConflictError, RoutePatternInvalidError } from "../../../src/http/index.ts";

const routerOf = (...paths: string[]) => createRouter(paths.map((path) => ({ path, value: path })));

describe("a router", () => {
  it("matches nothing when it has no routes", () => {
    expect(routerOf().match("/")).toBeUndefined();
  });

  it("takes the path up to the query", () => {
    const router = routerOf("/search", "/users/{id}", "/files/{*path}");
    expect(router.match("/search?q=/users/1")?.pattern).toBe("/search");
    expect(router.match("/users/7?next=/x")?.parameters("/users/7?next=/x")).toEqual({ id: "7" });
    expect(router.match("/files/?a")).toBeUndefined();
  });

  it("takes the path up to the end that it is given, whatever stands behind", () => {
    const router = routerOf("/a", "/a/{x}");
    expect(router.match("/a/b", 2)?.pattern).toBe("/a");
    expect(router.match("/a/b/c", 4)?.parameters("/a/b/c", 4)).toEqual({ x: "b" });
    expect(router.match("/a/", 3)).toBeUndefined();
  });

  it("does not take a pattern that is longer than the path, even if what follows would fit", () => {
    expect(routerOf("/a/b").match("/a/b", 3)).toBeUndefined();
    expect(routerOf("/a/b{*rest}").match("/a/bcd", 3)).toBeUndefined();
    expect(routerOf("/a?b{name}").match("/a?bc")).toBeUndefined();
  });

  it("neither decodes nor normalises", () => {
    const router = routerOf("/a/b", "/c/{x}");
    for (const path of ["/a//b", "/a/./b", "/%61/b", "/A/b", "/a/b/", "/a%2Fb"]) {
      expect(router.match(path)).toBeUndefined();
    }
    expect(router.match("/c/%2F..%00")?.parameters("/c/%2F..%00")).toEqual({ x: "%2F..%00" });
  });

  it("lets a parameter be empty only in front of a slash", () => {
    const router = routerOf("/{a}/b", "/x/{c}");
    expect(router.match("//b")?.parameters("//b")).toEqual({ a: "" });
    expect(router.match("/x/")).toBeUndefined();
  });

  it("gives the same object for every request of a route", () => {
    const router = routerOf("/{a}");
    expect(router.match("/1")).toBe(router.match("/2"));
  });

  it("keeps values that are undefined or false apart from no match", () => {
    const router = createRouter<boolean | undefined>([
      { path: "/a", value: undefined },
      { path: "/b", value: false },
    ]);
    expect(router.match("/a")).toMatchObject({ pattern: "/a", value: undefined });
    expect(router.match("/b")?.value).toBe(false);
  });

  it("lets the first of two parameters of one name count", () => {
    expect(routerOf("/{a}/{a}").match("/1/2")?.parameters("/1/2")).toEqual({ a: "1" });
  });

  it("keeps parameter names away from the prototype", () => {
    const parameters = routerOf("/{__proto__}/{toString}").match("/1/2")?.parameters("/1/2") ?? {};
    expect(Object.keys(parameters)).toEqual(["__proto__", "toString"]);
    expect("constructor" in parameters).toBe(false);
  });

  it("stays quick on a path that has it turn back at every segment", () => {
    const depth = 500;
    const router = routerOf(
      `${"/a".repeat(depth)}/end`,
      ...Array.from({ length: depth }, (_, index) => `${"/a".repeat(index)}/{x}/b`),
    );
    const start = performance.now();
    expect(router.match("/a".repeat(depth))).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("an invalid pattern", () => {
  it.each([
    { pattern: "", position: 0, problem: "empty-pattern" },
    { pattern: "/a/{id", position: 3, problem: "unclosed-brace" },
    { pattern: "/{id}}", position: 1, problem: "unclosed-brace" },
    { pattern: "/{", position: 1, problem: "unclosed-brace" },
    { pattern: "/a}/b", position: 2, problem: "unopened-brace" },
    { pattern: "/{{id}", position: 5, problem: "unopened-brace" },
    { pattern: "/{}", position: 2, problem: "empty-name" },
    { pattern: "/{*}", position: 3, problem: "empty-name" },
    { pattern: "/{a/b}", position: 3, problem: "invalid-name" },
    { pattern: "/{/a}", position: 2, problem: "invalid-name" },
    { pattern: "/{a*}", position: 3, problem: "invalid-name" },
    { pattern: "/{**a}", position: 3, problem: "invalid-name" },
    { pattern: "/{a}.png", position: 4, problem: "text-after-parameter" },
    { pattern: "/{a}{b}", position: 4, problem: "text-after-parameter" },
    { pattern: "/{*a}b", position: 5, problem: "text-after-parameter" },
    { pattern: "/{*a}/b", position: 5, problem: "catch-all-not-last" },
  ])("$pattern is refused at $position as $problem", ({ pattern, position, problem }) => {
    const create = () => routerOf("/fine", pattern);
    expect(create).toThrow(RoutePatternInvalidError);
    expect(create).toThrow(
      expect.objectContaining({ code: "ERR_ROUTE_PATTERN_INVALID", pattern, position, problem }),
    );
  });

  it("is named with the place and what was expected", () => {
    expect(() => routerOf("/{a}.png")).toThrow(
      'route pattern "/{a}.png" is invalid at position 4: expected / or the end after a parameter',
    );
  });
});

describe("a conflict", () => {
  it("names both patterns as they were configured", () => {
    const create = () => routerOf("/{{x}}/{a}", "/{{x}}/{b}");
    expect(create).toThrow(RouteConflictError);
    expect(create).toThrow(
      expect.objectContaining({ code: "ERR_ROUTE_CONFLICT", pattern: "/{{x}}/{b}", existing: "/{{x}}/{a}" }),
    );
    expect(create).toThrow('route "/{{x}}/{b}" conflicts with route "/{{x}}/{a}"');
  });

  it("is found where the routes below the parameter stand deeper", () => {
    expect(() => routerOf("/{a}/b/{c}/d", "/{*all}")).toThrow(
      expect.objectContaining({ existing: "/{a}/b/{c}/d" }),
    );
  });
});
