import { createRequest } from "@monolake/http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalTarget, RouteActions, type RouteActionsConfig } from "../../../src/http/index.ts";

const context = { peerAddress: { type: "socket", host: "192.0.2.7", port: 1 } as const, requestId: "id-1" };

/** What a rewrite makes of a target. */
function rewritten(rewrite: string, pattern: string, target: string): string | undefined {
  const actions = RouteActions.of({ rewrite }, pattern);
  const request = createRequest({ method: "PUT", target, headers: [["Host", "Shop.Test:8080"]] });
  return actions?.target?.expand(actions.values(request, context));
}

/** Where a redirect leads to. */
function location(
  template: string,
  pattern: string,
  target: string,
  host = "shop.test:81",
): string | undefined {
  const actions = RouteActions.of({ answer: { type: "redirect", status: 302, location: template } }, pattern);
  const request = createRequest({ target, headers: [["Host", host]] });
  return actions?.answer?.(request, actions.values(request, context))?.headers.get("location");
}

const refusal = (config: RouteActionsConfig, pattern = "/{id}") => {
  try {
    RouteActions.of(config, pattern);
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("rewriting", () => {
  it.each([
    ["/api/{id}/x?y={q}", "/u/{id}/{*q}", "/u/7/a/b", "/api/7/x?y=a/b"],
    ["/v2/{*rest}", "/v1/{*rest}", "/v1/a/b?c=d", "/v2/a/b?c=d"],
    ["/v2/{rest}?k=1", "/v1/{*rest}", "/v1/a?c=d", "/v2/a?k=1&c=d"],
    ["/v2/{rest}?", "/v1/{*rest}", "/v1/a?c=d", "/v2/a"],
    ["/v2?k=1?", "/v1/{*rest}", "/v1/a?c=d", "/v2?k=1"],
    ["/x", "/{*rest}", "/a?", "/x"],
    ["/{id}", "/u/{id}", "/u/a%2Fb", "/a%2Fb"],
    ["/q?y={id}", "/u/{id}", "/u/a&b=c+d;e%26", "/q?y=a%26b%3Dc%2Bd%3Be%26"],
    ["/h/{host}/{client_addr}/{method}/{request_id}", "/{*x}", "/a", "/h/shop.test/192.0.2.7/PUT/id-1"],
    ["/old{path}", "/{*x}", "/a/b?c", "/old/a/b?c"],
    ["/x?was={path}&all={query}?", "/{*x}", "/a/b?c=1&d=2", "/x?was=/a/b&all=c=1&d=2"],
    ["/{{x}}".replace("{{x}}", "%7B"), "/{*x}", "/a", "/%7B"],
    ["/{host}", "/{host}", "/parameter", "/parameter"],
  ])("%s of %s makes %s %s", (rewrite, pattern, target, expected) => {
    expect(rewritten(rewrite, pattern, target)).toBe(expected);
  });

  it("gives nothing where the path would not be in normal form", () => {
    expect(rewritten("/private/.{id}", "/u/{id}", "/u/.x")).toBe("/private/..x");
    expect(rewritten("/private/.{id}/x", "/u{id}", "/u.")).toBeUndefined();
    expect(rewritten("/private/{id}2e/x", "/u/{id}", "/u/%zz")).toBe("/private/%zz2e/x");
    expect(rewritten("/private/{id}2e/x", "/u/{id}", "/u/%")).toBeUndefined();
  });

  it("never leaves the path that the template names, and keeps its normal form, whatever is asked", () => {
    const character = fc.constantFrom(..."ab./%2e2fE5cC00\\?&=;+:@~!#<>\u00e9\u0080");
    const targets = fc.string({ unit: character, maxLength: 20 }).map((text) => normalTarget(`/${text}`));
    fc.assert(
      fc.property(
        targets,
        fc.constantFrom("/base/{*x}/end?y={x}", "/base/a{x}", "/base/.{x}", "/base{x}"),
        (target, rewrite) => {
          if (target === undefined || target.length === 1 || target.startsWith("/?")) return;
          const result = rewritten(rewrite, "/{*x}", target);
          if (result === undefined) return;
          expect(normalTarget(result)).toBe(result);
          expect(result).toMatch(/^\/base[^\s#?]*(?:\?|$)/);
          const [, query = ""] = target.split(/\?(.*)/s);
          const own = rewrite.includes("?") ? 1 : 0;
          // Nothing of the path becomes a parameter of the query.
          expect(result.split(/\?(.*)/s)[1]?.split("&").length ?? 0).toBe(
            own + (query === "" ? 0 : query.split("&").length),
          );
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe("redirects", () => {
  it.each([
    ["/new/{*rest}", "/old/{*rest}", "/old/a/b?c", "/new/a/b"],
    ["/new/{rest}?{query}", "/old/{*rest}", "/old/a?c=1", "/new/a?c=1"],
    ["https://{host}{path}?{query}", "/{*x}", "/a?b", undefined],
    ["https://{host}/{x}?{query}", "/{*x}", "/a?b", "https://shop.test/a?b"],
    ["https://{host}:8443/", "/{*x}", "/a", "https://shop.test:8443/"],
    ["https://other.test/{x}", "/{*x}", "/a/../b", "https://other.test/a/../b"],
    ["http://other.test", "/{*x}", "/a", "http://other.test/"],
    ["/{x}", "/go{*x}", "/go//evil.test", "/.///evil.test"],
    ["/{x}", "/go/{*x}", "/go//evil.test/y", "/.//evil.test/y"],
    ["/{x}", "/go/{*x}", "/go/\\evil.test", "/%5Cevil.test"],
    ["{path}", "/{*x}", "/a", undefined],
  ])("%s of %s for %s: %s", (template, pattern, target, expected) => {
    if (expected === undefined)
      expect(() => location(template, pattern, target)).toThrow("is invalid at position");
    else expect(location(template, pattern, target)).toBe(expected);
  });

  it("never lead to a host that the request chose, whatever its path is", () => {
    const character = fc.constantFrom(..."ab./\\:@%2f5c?&#\t");
    fc.assert(
      fc.property(
        fc.string({ unit: character, maxLength: 16 }),
        fc.constantFrom("/{x}", "/n{x}", "https://good.test/{x}"),
        (text, template) => {
          const target = `/go/${text.replaceAll(/[\t#]/g, "")}x`;
          const result = location(template, "/go/{*x}", target) ?? "";
          const { hostname } = new URL(result, "https://good.test/base/");
          expect(hostname).toBe("good.test");
          expect(result).toMatch(/^[\x21-\x7e]*$/);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("are impossible to {host} where the request names no host", () => {
    expect(location("https://{host}/", "/{*x}", "/a", "a b")).toBeUndefined();
    expect(location("https://{host}/", "/{*x}", "/a", "")).toBeUndefined();
    expect(location("https://{host}/", "/{*x}", "/a", "[::1]:8")).toBe("https://[::1]/");
  });
});

describe("header edits", () => {
  const edited = (
    config: RouteActionsConfig["requestHeaders"],
    fields: readonly (readonly [string, string])[],
  ) => {
    const actions = RouteActions.of({ requestHeaders: config }, "/u/{id}");
    const request = createRequest({ target: "/u/%0d%0aX-Evil:1", headers: [["Host", "a.test"], ...fields] });
    actions?.request?.apply(request.headers, actions.values(request, context));
    return ["x-a", "x-b", "x-c", "cookie"].map((name) => request.headers.getAll(name).join("|"));
  };

  it("remove, set and add, in this order, with variables", () => {
    expect(
      edited(
        {
          set: { "X-A": "1 {client_addr}", "X-B": "{method} {host}" },
          add: { "X-B": "two", "X-C": "{{}}" },
          remove: ["cookie", "x-a"],
        },
        [
          ["X-A", "theirs"],
          ["X-A", "again"],
          ["Cookie", "c"],
        ],
      ),
    ).toEqual(["1 192.0.2.7", "GET a.test|two", "{}", ""]);
  });

  it("cannot be made to break the line: what is encoded stays so", () => {
    expect(edited({ set: { "X-A": "{id}" } }, [])).toEqual(["%0d%0aX-Evil:1", "", "", ""]);
  });

  it("leave a field out whose value comes to nothing", () => {
    expect(edited({ set: { "X-A": "{query}" }, add: { "X-B": "{query}" } }, [["X-A", "theirs"]])).toEqual([
      "",
      "",
      "",
      "",
    ]);
  });
});

describe("what cannot be", () => {
  it.each([
    [{ rewrite: "x" }, '"x" is invalid at position 0: expected a path that begins with /'],
    [{ rewrite: "/{idd}" }, '"/{idd}" is invalid at position 1: there is no {idd}, did you mean {id}?'],
    [{ rewrite: "/{id" }, '"/{id" is invalid at position 1: expected a } that ends the name'],
    [
      { rewrite: "/id}" },
      '"/id}" is invalid at position 3: expected a { before it, or }} for the character }',
    ],
    [{ rewrite: "/a b" }, '"/a b" is invalid at position 2: expected " " to be encoded'],
    [{ rewrite: "/a%zz" }, '"/a%zz" is invalid at position 2: expected two hexadecimal digits after %'],
    [
      { rewrite: "/a/../b" },
      '"/a/../b" is invalid at position 0: expected a path in normal form, without . and .. segments',
    ],
    [
      { requestHeaders: { set: { "Content-Length": "1" } } },
      'header field "Content-Length": the proxy itself says what it has to be',
    ],
    [
      { responseHeaders: { remove: ["Transfer-Encoding"] } },
      'header field "Transfer-Encoding": the proxy itself says what it has to be',
    ],
    [
      { responseHeaders: { add: { Connection: "x" } } },
      'header field "Connection": the proxy itself says what it has to be',
    ],
    [{ requestHeaders: { set: { Host: "x" } } }, 'header field "Host": use "upstream_host" of the route'],
    [
      { requestHeaders: { set: { "X Y": "x" } } },
      'header field "X Y": expected a name without spaces and separators',
    ],
    [
      { requestHeaders: { set: { "X-A": "a\r\nX-B: b" } } },
      'header field "X-A": its value holds a character that no field may have',
    ],
    [
      { answer: { type: "redirect", status: 200, location: "/" } as const },
      "an answer of a route is invalid: expected status 301, 302, 303, 307 or 308 for a redirect, found 200",
    ],
    [
      { answer: { type: "redirect", status: 302, location: "//x.test/" } as const },
      '"//x.test/" is invalid at position 0: expected a path that begins with /, or a url with http or https',
    ],
    [
      { answer: { type: "redirect", status: 302, location: "javascript:x" } as const },
      '"javascript:x" is invalid at position 0: expected a path that begins with /, or a url with http or https',
    ],
    [
      { answer: { type: "redirect", status: 302, location: "https://{id}/" } as const },
      '"https://{id}/" is invalid at position 8: expected a host that is text, or {host} with or without a port',
    ],
    [
      { answer: { type: "redirect", status: 302, location: "https://x.test@{id}/" } as const },
      '"https://x.test@{id}/" is invalid at position 8: expected a host that is text, or {host} with or without a port',
    ],
    [
      { answer: { type: "respond", status: 101 } as const },
      "an answer of a route is invalid: expected a status of 200 to 599, found 101",
    ],
    [
      { answer: { type: "respond", status: 204, body: "x" } as const },
      "an answer of a route is invalid: a response with status 204 has no body",
    ],
  ])("%j", (config, message) => {
    expect(refusal(config)).toBe(message);
  });
});
