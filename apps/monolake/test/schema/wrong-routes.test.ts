import { describe, expect, it } from "vitest";
import { parseProxyConfig } from "../../src/schema/index.ts";

const upstreams = 'upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:9000" } }]';

/** What is wrong with routes, one a line from line 6; a line's UP is an upstream. */
function complaints(routes: readonly string[], more = ""): string[] {
  const text = `[runtime]
[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:8080" }
${routes.map((route) => `[[servers.web.routes]]\n${route.replaceAll("; ", "\n").replace("UP", upstreams)}`).join("\n")}
[servers.web.forwarded]
${more}`;
  const outcome = parseProxyConfig({ text });
  if (outcome.type === "valid") return [];
  return outcome.problems.map(({ position, message }) => `${position.line}:${position.column} ${message}`);
}

describe("routes that cannot be served are problems at their places", () => {
  const cases: readonly [routes: readonly string[], ...complaints: string[]][] = [
    [['path = "/"'], '6:3 missing key "upstreams": expected "upstreams", "module", "redirect" or "respond"'],
    [['path = "/"; redirect = { location = "/x" }; UP'], '8:12 expected either "upstreams" or "redirect"'],
    [
      ['path = "/"; redirect = { location = "/x" }; respond = { status = 200 }'],
      '9:11 expected either "redirect" or "respond"',
    ],
    [['path = "/"; rewrite = "/x"; path_mode = "keep"; UP'], '9:13 expected either "rewrite" or "path_mode"'],
    [
      ['path = "/u/{id}"; rewrite = "/api/{idd}"; UP'],
      '8:11 "/api/{idd}" is invalid at position 5: there is no {idd}, did you mean {id}?',
    ],
    [
      ['path = "/"; request = { set = { Connection = "close", X-A = "b" }, remove = ["X-B", "TE"] }; UP'],
      '8:34 header field "Connection": the proxy itself says what it has to be',
      '8:73 header field "TE": the proxy itself says what it has to be',
    ],
    [
      ['path = "/"; response = { add = { X-A = "a\\r\\nSet-Cookie: x" } }; UP'],
      '8:28 header field "X-A": its value holds a character that no field may have',
    ],
    [
      ['path = "/"; request = { set = { X-Forwarded-For = "x" } }; UP'],
      '8:39 "X-Forwarded-For" is what "forwarded" says, unless its mode is "off"',
    ],
    [
      ['path = "/"; redirect = { status = 200, location = "/x" }'],
      "8:23 expected 301 or 302 or 303 or 307 or 308, found 200",
    ],
    [
      ['path = "/{x}"; redirect = { location = "https://{x}/" }'],
      '8:25 "https://{x}/" is invalid at position 8: expected a host that is text, or {host} with or without a port',
    ],
    [
      ['path = "/"; match = { methods = ["get"], headers = { "a b" = "c" } }; UP'],
      '8:22 expected a method such as GET, in upper case, found "get"',
      '8:42 expected a key of characters that names of header fields have, found "a b"',
    ],
    [['path = "/"; respond = { body = "a", file = "b" }'], '8:32 expected either "body" or "file"'],
    [
      ['path = "/"; respond = { status = 204, body = "a" }'],
      "8:11 an answer of a route is invalid: a response with status 204 has no body",
    ],
    [
      ['path = "/"; match = { hosts = ["a.test:80"] }; UP'],
      '8:20 expected a host without port such as "api.example.com" or "*.example.com", found "a.test:80"',
    ],
    [
      ['path = "/"; match = { hosts = ["a.*"] }; UP'],
      '8:20 expected a host without port such as "api.example.com" or "*.example.com", found "a.*"',
    ],
    [
      ['path = "/"; match = { methods = ["GE T"] }; UP'],
      '8:22 expected a method such as GET, in upper case, found "GE T"',
    ],
    [
      ['path = "/"; match = { header = { a = "b" } }; UP'],
      '8:11 unknown key "header", did you mean "headers"?',
    ],
    [
      ['path = "/"; upstream_host = "a b"; UP'],
      '8:17 expected "upstream", "preserve", or a host such as "app.internal", found "a b"',
    ],
    [
      [
        'path = "/{a}"; match = { methods = ["GET"] }; UP',
        'path = "/{b}"; match = { methods = ["GET"] }; UP',
      ],
      '11:8 route "/{b}" conflicts with route "/{a}", expected patterns that differ in more than their parameters, or another condition',
    ],
  ];
  it.each(cases)("%j", (routes, ...expected) => {
    expect(complaints(routes)).toEqual(expected);
  });

  it("finds nothing wrong with routes of every kind", () => {
    const routes = [
      'path = "/{a}"; match = { methods = ["GET"], hosts = ["a.test", "*.b.test", "[::1]"] }; UP',
      'path = "/{b}"; match = { methods = ["POST"], headers = { X-A = "*" }, query = { v = "1" } }; rewrite = "/x/{b}"; UP',
      'path = "/r/{*x}"; redirect = { status = 301, location = "https://{host}/{x}" }',
      'path = "/s"; respond = { status = 503, body = "later" }; response = { set = { Retry-After = "60" } }',
      'path = "/h"; upstream_host = "app.internal:81"; request = { remove = ["Cookie"] }; UP',
    ];
    expect(complaints(routes)).toEqual([]);
    expect(
      complaints(['path = "/"; request = { set = { X-Real-IP = "{client_addr}" } }; UP'], 'mode = "off"'),
    ).toEqual([]);
  });
});

/** What is hardly meant with paths of routes that have an upstream, by line and column. */
function doubts(paths: readonly string[], more = ""): string[] {
  const text = `[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:8080" }
${paths.map((path) => `[[servers.web.routes]]\npath = "${path}"\n${more}\n${upstreams}`).join("\n")}
[runtime]`;
  const outcome = parseProxyConfig({ text });
  if (outcome.type === "invalid") throw new Error(JSON.stringify(outcome.problems));
  return outcome.warnings.map(({ position, message }) => `${position.line}:${position.column} ${message}`);
}

describe("paths of routes that are hardly meant are warnings", () => {
  it.each([
    ["/users/:id", '6:8 ":id" is text here: a parameter is {id}'],
    ["/files/*", '6:8 "*" is text here: everything below is {*rest}'],
    ["/search?q=1", '6:8 no request has "?" in its path: what follows it is for "match.query"'],
    ["/page#top", '6:8 no request has "#" in its path'],
    ["/a b/{id}", '6:8 no request has " " in its path: it comes as "%20"'],
    ["/café", '6:8 no request has "é" in its path: it comes as "%C3%A9"'],
    ["/a/../b", "6:8 no request is seen with this path: in normal form it is another, or refused"],
    ["/%7Eada/{id}", "6:8 no request is seen with this path: in normal form it is another, or refused"],
    ["/a%00", "6:8 no request is seen with this path: in normal form it is another, or refused"],
    ["/{*rest}", '6:8 "/" itself is taken by no route: "/{*rest}" takes what is below it'],
  ])("%s", (path, warning) => {
    expect(doubts([path])).toEqual([warning]);
  });

  it("and others are not", () => {
    expect(
      doubts([
        "/",
        "/{*rest}",
        "/users/{id}",
        "/files/{*name}",
        "/v1/models:list",
        "/a:b",
        "/a%2Fb/{{x}}",
        "/caf%C3%A9",
      ]),
    ).toEqual([]);
    expect(doubts(["/{*rest}"], 'match = { hosts = ["a.test"] }')).toEqual([]);
  });
});
