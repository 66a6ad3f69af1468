import { describe, expect, it } from "vitest";
import {
  type PathMode,
  RoutePatternInvalidError,
  resolveUpstreamPath,
  upstreamPathOf,
} from "../../../src/http/index.ts";

type Case = readonly [upstream: string, pattern: string, target: string, expected: string];

const tables: Record<PathMode | "unset", readonly Case[]> = {
  replace: [
    ["http://h/base", "/api/{*rest}", "/api/v1", "/base"],
    ["http://h/base/", "/api/{*rest}", "/api/v1?a=1", "/base/?a=1"],
    ["http://h/", "/{*rest}", "/x/y?a=1&b", "/?a=1&b"],
    ["http://h", "/{*rest}", "/x/y?a=1", "/?a=1"],
    ["http://h/base?own=1", "/{*rest}", "/x", "/base?own=1"],
    ["http://h/base?own=1", "/{*rest}", "/x?a=1", "/base?own=1&a=1"],
    ["http://h/base?own=1", "/{*rest}", "/x?", "/base?own=1"],
    ["http://h/base?", "/{*rest}", "/x?a", "/base?a"],
    ["http://h/base", "/{*rest}", "/x?", "/base?"],
    ["http://h?own=1", "/{*rest}", "/x?a=1", "/?own=1&a=1"],
    ["http://h/a%2Fb//c;d/../e", "/{*rest}", "/x", "/a%2Fb//c;d/../e"],
  ],
  keep: [
    ["http://h", "/api/{*rest}", "/api/v1", "/api/v1"],
    ["http://h/", "/api/{*rest}", "/api/v1?a=1", "/api/v1?a=1"],
    ["http://h/base", "/api/{*rest}", "/api/v1?a=1", "/base/api/v1?a=1"],
    ["http://h/base/", "/api/{*rest}", "/api/v1", "/base/api/v1"],
    ["http://h/base", "/", "/", "/base/"],
    ["http://h/base?own=1", "/{*rest}", "/x?a=1", "/base/x?own=1&a=1"],
    ["http://h?own=1", "/{*rest}", "/x", "/x?own=1"],
    ["http://h", "/{*rest}", "//a/./b/../c;d%2f%2F//?x?y#", "//a/./b/../c;d%2f%2F//?x?y#"],
    ["http://h/base//", "/{*rest}", "//x", "/base///x"],
  ],
  strip_prefix: [
    ["http://h", "/api/{*rest}", "/api/v1/x", "/v1/x"],
    ["http://h/", "/api/{*rest}", "/api/v1/x", "/v1/x"],
    ["http://h/base", "/api/{*rest}", "/api/v1/x?a=1", "/base/v1/x?a=1"],
    ["http://h/base/", "/api/{*rest}", "/api/v1/", "/base/v1/"],
    ["http://h/base", "/{*rest}", "/v1", "/base/v1"],
    ["http://h/base", "{*rest}", "/v1", "/base/v1"],
    ["http://h/base", "/api/{version}/users/{id}", "/api/v2/users/7", "/base/v2/users/7"],
    ["http://h/files", "/img-{name}", "/img-7.png", "/files/7.png"],
    ["http://h/files", "/{{x}}/{*rest}", "/{x}/y", "/files/y"],
    ["http://h", "/api", "/api", "/"],
    ["http://h/base", "/api", "/api?a=1", "/base?a=1"],
    ["http://h/base/", "/api", "/api", "/base/"],
    ["http://h/base", "/api/", "/api/", "/base"],
    ["http://h?own=1", "/api/{*rest}", "/api/v1?a=1", "/v1?own=1&a=1"],
    ["http://h", "/api/{*rest}", "/api///x//y/../%2e;z", "//x//y/../%2e;z"],
    ["http://h/base", "/api{*rest}", "/api/v1", "/base/v1"],
    ["http://h/base", "/api{*rest}", "/apiv1", "/base/v1"],
  ],
  unset: [
    ["http://h/base", "/api/{*rest}", "/api/v1?a=1", "/base?a=1"],
    ["http://h/", "/api/{*rest}", "/api/v1", "/"],
    ["http://h", "/api/{*rest}", "/api/v1?a=1", "/api/v1?a=1"],
    ["http://h?own=1", "/api/{*rest}", "/api/v1", "/api/v1?own=1"],
  ],
};

describe.each(Object.entries(tables))("path mode %s", (mode, cases) => {
  it.each(cases)("%s for %s makes of %s: %s", (upstream, pattern, target, expected) => {
    const options = { upstreamPath: upstreamPathOf(upstream), pattern };
    const rewrite = resolveUpstreamPath(mode === "unset" ? options : { ...options, mode: mode as PathMode });
    expect(rewrite(target)).toBe(expected);
    const query = target.indexOf("?");
    expect(rewrite(target, query === -1 ? target.length : query)).toBe(expected);
  });
});

describe("path and query of an upstream's URI", () => {
  it.each([
    ["http://host", ""],
    ["http://host:8080", ""],
    ["http://host/", "/"],
    ["http://host/a/b", "/a/b"],
    ["https://user@[::1]:8443/a?b=/c", "/a?b=/c"],
    ["http://host?b=/c", "?b=/c"],
    ["http://host#/a", ""],
    ["http://host/a#b", "/a"],
    ["/a", "/a"],
  ])("of %s are %s", (uri, expected) => {
    expect(upstreamPathOf(uri)).toBe(expected);
  });
});

it("refuses a pattern that cannot be read, when the prefix is to be stripped", () => {
  const resolve = () => resolveUpstreamPath({ mode: "strip_prefix", upstreamPath: "/", pattern: "/{a" });
  expect(resolve).toThrow(RoutePatternInvalidError);
});
