import { createRequest } from "@monolake/http";
import { describe, expect, it, vi } from "vitest";
import { explainRoutes, type RouteMatchConfig, RouteTable } from "../../../src/http/index.ts";

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const requestFor = (target: string, { method = "GET", host = "a.test", headers = {} }: Asked = {}) =>
  createRequest({ method, target, headers: [["Host", host], ...Object.entries(headers)] });

type Routes = readonly (readonly [path: string, name: string, match?: RouteMatchConfig])[];

const tableOf = (routes: Routes) =>
  new RouteTable(routes.map(([path, value, match]) => ({ path, value, match })));

const found = (routes: Routes, target: string, asked?: Asked) =>
  tableOf(routes).find(requestFor(target, asked), target)?.value;

describe("hosts", () => {
  const routes: Routes = [
    ["/{*rest}", "any"],
    ["/{*rest}", "wild", { hosts: ["*.example.com"] }],
    ["/{*rest}", "api wild", { hosts: ["*.api.example.com"] }],
    ["/{*rest}", "exact", { hosts: ["a.example.com", "b.test"] }],
    ["/only/any", "any, more specific path"],
  ];
  it.each([
    ["a.example.com", "exact"],
    ["A.Example.COM:8080", "exact"],
    ["a.example.com.", "exact"],
    ["b.test", "exact"],
    ["c.example.com", "wild"],
    ["x.y.example.com", "wild"],
    ["v1.api.example.com", "api wild"],
    ["api.example.com", "wild"],
    ["example.com", "any"],
    ["evilexample.com", "any"],
    [".example.com", "any"],
    ["[::1]:80", "any"],
  ])("%s: %s", (host, name) => {
    expect(found(routes, "/x", { host })).toBe(name);
  });

  it.each(["A.test.", "*.A.TEST.", "[::1]"])(
    "may be configured in capitals and with a last dot: %s",
    (host) => {
      const asked = host.toLowerCase().replace("*", "x");
      expect(found([["/", "one", { hosts: [host] }]], "/", { host: asked })).toBe("one");
      const [verdict] = explainRoutes(
        [{ path: "/", match: { hosts: [host] } }],
        requestFor("/", { host: asked }),
        "/",
      );
      expect(verdict).toEqual({ type: "taken" });
      const [refused] = explainRoutes(
        [{ path: "/", match: { hosts: [host] } }],
        requestFor("/", { host: "b" }),
        "/",
      );
      expect(refused).toEqual({ type: "host", expected: [host] });
      expect(() =>
        tableOf([
          ["/", "one", { hosts: [host, asked] }],
          ["/", "two", { hosts: [host] }],
        ]),
      ).toThrow(/conflicts/);
    },
  );

  it("are names of at most 253 characters: of a longer one no end is looked for", () => {
    const named = (length: number) => `${"a.".repeat(length).slice(0, length - 14)}.b.example.com`;
    expect(named(253)).toHaveLength(253);
    expect(found(routes, "/x", { host: named(253) })).toBe("wild");
    expect(found(routes, "/x", { host: `${named(253)}.:80` })).toBe("wild");
    expect(found(routes, "/x", { host: named(254) })).toBe("any");
  });

  it("go before the path: a route of the host with any path wins over a longer path of any host", () => {
    expect(found(routes, "/only/any", { host: "b.test" })).toBe("exact");
    expect(found(routes, "/only/any")).toBe("any, more specific path");
  });

  it("are passed over when none of their routes takes the request", () => {
    const two: Routes = [
      ["/a", "of the host", { hosts: ["b.test"] }],
      ["/b", "of any"],
    ];
    expect(found(two, "/b", { host: "b.test" })).toBe("of any");
    expect(found([["/", "x", { hosts: ["b.test"] }]], "/", {})).toBeUndefined();
  });
});

it("reads the query of a request once, however many routes ask for it", () => {
  const routes: Routes = Array.from({ length: 20 }, (_, v) => ["/p", `${v}`, { query: { v: `${v}` } }]);
  const parsed = vi.spyOn(globalThis, "URLSearchParams");
  expect(found(routes, "/p?v=19&once")).toBe("19");
  expect(found(routes, "/p?v=20&once")).toBeUndefined();
  expect(tableOf(routes).allowedMethods(requestFor("/p?v=20&once"), "/p?v=20&once")).toEqual([]);
  expect(parsed).toHaveBeenCalledTimes(2);
  parsed.mockRestore();
});

describe("further conditions", () => {
  const routes: Routes = [
    ["/p/{id}", "plain"],
    ["/p/{id}", "canary", { headers: { "X-Env": "canary" } }],
    ["/p/{id}", "canary v2", { headers: { "X-Env": "canary" }, query: { v: "2" } }],
    ["/p/{id}", "any v", { query: { v: "*" } }],
    ["/p/{id}", "post", { methods: ["POST"] }],
    ["/p/{id}", "token", { headers: { "X-Token": "*" } }],
  ];
  it.each([
    ["/p/1", {}, "plain"],
    ["/p/1", { headers: { "x-env": "canary" } }, "canary"],
    ["/p/1", { headers: { "x-env": "canar" } }, "plain"],
    ["/p/1?v=2", { headers: { "x-env": "canary" } }, "canary v2"],
    ["/p/1?a&v=%32", { headers: { "x-env": "canary" } }, "canary v2"],
    ["/p/1?v", {}, "any v"],
    ["/p/1?w=2", {}, "plain"],
    ["/p/1", { method: "POST" }, "post"],
    ["/p/1", { method: "post" }, "plain"],
    ["/p/1", { headers: { "x-token": "anything" } }, "token"],
    ["/p/1?v=1", { method: "POST" }, "any v"],
  ])("%s %j: %s, the one with more of them, then the first", (target, asked, name) => {
    expect(found(routes, target, asked)).toBe(name);
  });

  it("are looked at at the next path when none holds at the best one", () => {
    const nested: Routes = [
      ["/a/{*rest}", "below a"],
      ["/a/b", "exact, posts only", { methods: ["POST"] }],
      ["/a/{x}c", "never"],
    ].slice(0, 2) as unknown as Routes;
    expect(found(nested, "/a/b")).toBe("below a");
    expect(found(nested, "/a/b", { method: "POST" })).toBe("exact, posts only");
  });

  it("of GET hold for HEAD, too", () => {
    const routes: Routes = [["/", "get", { methods: ["GET"] }]];
    expect(found(routes, "/", { method: "HEAD" })).toBe("get");
  });
});

describe("methods that a request could have had", () => {
  const routes: Routes = [
    ["/x", "get", { methods: ["GET"] }],
    ["/x", "put", { methods: ["PUT"], headers: { "X-A": "*" } }],
    ["/{*rest}", "post", { methods: ["POST"], hosts: ["b.test"] }],
  ];
  const allowed = (target: string, asked: Asked) =>
    tableOf(routes).allowedMethods(requestFor(target, asked), target);

  it("are those of routes that take everything else of it", () => {
    expect(allowed("/x", { method: "DELETE" })).toEqual(["GET", "HEAD"]);
    expect(allowed("/x", { method: "DELETE", headers: { "X-A": "1" } })).toEqual(["PUT", "GET", "HEAD"]);
    expect(allowed("/x", { method: "DELETE", host: "b.test" })).toEqual(["POST", "GET", "HEAD"]);
  });

  it("are none where no route has the path", () => {
    expect(allowed("/y", { method: "DELETE" })).toEqual([]);
    expect(tableOf([["/x", "plain"]]).allowedMethods(requestFor("/y"), "/y")).toEqual([]);
  });
});

describe("conflicts", () => {
  it.each<[string, Routes]>([
    [
      "the same path and conditions",
      [
        ["/a", "1", { methods: ["GET", "PUT"] }],
        ["/a", "2", { methods: ["PUT", "GET"] }],
      ],
    ],
    [
      "parameters that differ in name only",
      [
        ["/{a}", "1", { query: { a: "1" } }],
        ["/{b}", "2", { query: { a: "1" } }],
      ],
    ],
    [
      "one host of several",
      [
        ["/", "1", { hosts: ["a", "b"] }],
        ["/", "2", { hosts: ["B", "c"] }],
      ],
    ],
    [
      "a parameter beside a catch-all",
      [
        ["/{a}", "1", { methods: ["GET"] }],
        ["/{*b}", "2"],
      ],
    ],
  ])("are refused: %s", (_what, routes) => {
    expect(() => tableOf(routes)).toThrow(expect.objectContaining({ code: "ERR_ROUTE_CONFLICT" }));
  });

  it("are none where a condition differs, and parameters may then have other names", () => {
    const routes: Routes = [
      ["/{a}", "get", { methods: ["GET"] }],
      ["/{b}", "post", { methods: ["POST"] }],
      ["/{a}", "host", { hosts: ["b.test"] }],
    ];
    const match = tableOf(routes).find(requestFor("/7", { method: "POST" }), "/7");
    expect(match).toMatchObject({ value: "post", pattern: "/{b}" });
    expect(match?.parameters("/7")).toMatchObject({ b: "7" });
  });
});

it("says of every route why it takes a request or does not", () => {
  const routes = [
    { path: "/{*rest}" },
    { path: "/a/{id}", match: { hosts: ["*.test"] } },
    { path: "/a/1", match: { hosts: ["a.test"] } },
    { path: "/a/{id}", match: { hosts: ["a.test"], query: { v: "1" } } },
    { path: "/a/{id}", match: { hosts: ["a.test"], headers: { "x-env": "canary" } } },
    { path: "/a/1", match: { hosts: ["a.test"], methods: ["GET"] } },
    { path: "/a/1", match: { hosts: ["a.test"], methods: ["GET", "PUT"] } },
    { path: "/a/1", match: { methods: ["PUT"] } },
    { path: "/b" },
    { path: "/a/1", match: { hosts: ["b.test"] } },
  ];
  const verdicts = explainRoutes(routes, requestFor("/a/1?v=1"), "/a/1?v=1");
  expect(verdicts).toEqual([
    { type: "outranked", by: "host" },
    { type: "outranked", by: "host" },
    { type: "outranked", by: "conditions" },
    { type: "outranked", by: "path" },
    { type: "header", name: "x-env", expected: "canary" },
    { type: "taken" },
    { type: "outranked", by: "order" },
    { type: "method", expected: ["PUT"] },
    { type: "path" },
    { type: "host", expected: ["b.test"] },
  ]);
});
