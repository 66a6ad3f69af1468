import { formatPath } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { parseProxyConfig } from "../../src/schema/index.ts";
import { endpoint, fileWith, listener, oneLineMistakes } from "./one-line-mistakes.ts";

function complaints(text: string): string[] {
  const outcome = parseProxyConfig({ text });
  if (outcome.type === "valid") return [];
  return outcome.problems.map(({ position, message }) => `${position.line}:${position.column} ${message}`);
}

it("finds nothing wrong with the file that the cases change", () => {
  expect(complaints(fileWith({}))).toEqual([]);
});

describe("one mistake is one problem, at its place", () => {
  it.each(oneLineMistakes)("%j", (changed, complaint) => {
    expect(complaints(fileWith(changed))).toEqual([complaint]);
  });
});

it("wants one of route and routes of a Thrift server", () => {
  const route = 'upstreams = [{ endpoint = { type = "unix", value = "/a" } }]';
  const file = (routes: string) =>
    `[runtime]\n[servers.rpc]\nname = "rpc"\nproxy_type = "thrift"\nlistener = { type = "unix", value = "/b" }\n${routes}`;
  expect(complaints(file(""))).toEqual(['2:2 missing key "route": expected "route" or "routes"']);
  const both = `route = { ${route} }\n[[servers.rpc.routes]]\n${route}`;
  expect(complaints(file(both))).toEqual([expect.stringContaining('expected either "route" or "routes"')]);
});

it("wants numbers as integer keys of a TTHeader", () => {
  const text = `[runtime]
[servers.rpc]
name = "rpc"
proxy_type = "thrift"
listener = { type = "unix", value = "/b" }
[[servers.rpc.routes]]
match = { int_headers = { service = "x" } }
upstreams = [{ endpoint = { type = "unix", value = "/a" } }]`;
  expect(complaints(text)).toEqual(['7:27 expected a key of digits, from 0 to 65535, found "service"']);
});

it("refuses a URI for a Thrift upstream", () => {
  const text = fileWith({
    type: 'proxy_type = "thrift"',
    routes: "[servers.web.route]",
    path: "",
    ...endpoint("http://127.0.0.1:80"),
  });
  expect(complaints(text)).toEqual(['9:36 expected "socket" or "unix", found "uri"']);
});

const second = (value: string, type = "socket") =>
  `[servers.other]\nname = "o"\nproxy_type = "http"\nroutes = []\nlistener = { type = "${type}", value = "${value}" }`;

it.each([
  ["/run/a.sock", "//run/x/../a.sock"],
  ["a.sock", "./a.sock"],
])("refuses two listeners at one path: %s and %s", (first, other) => {
  const text = fileWith({ ...listener(first, "unix"), end: second(other, "unix") });
  expect(complaints(text)).toEqual(['14:37 expected a listener of its own, found that of server "web"']);
});

it.each([
  ["127.0.0.1:8080", "127.0.0.1:8080"],
  ["[::1]:8080", "[0:0:0:0:0:0:0:1]:8080"],
])("refuses two listeners at one address: %s and %s", (first, other) => {
  expect(complaints(fileWith({ ...listener(first), end: second(other) }))).toEqual([
    '14:39 expected a listener of its own, found that of server "web"',
  ]);
});

it.each([
  ['"127.0.0.1:8080"', "listener"],
  ['{ type = "socket", value = "127.0.0.1:8080" }', "listener.value"],
])("names the key that is written of a listener %s that another server has", (text, key) => {
  const other = `[servers.other]\nname = "o"\nproxy_type = "echo"\nlistener = ${text}`;
  const outcome = parseProxyConfig({ text: fileWith({ ...listener("127.0.0.1:8080"), end: other }) });
  if (outcome.type === "valid") expect.unreachable();
  expect(outcome.problems.map(({ path }) => formatPath(path))).toEqual([`servers.other.${key}`]);
});

it("lets servers listen at different places, and at any free port", () => {
  expect(complaints(fileWith({ end: second("127.0.0.1:8081") }))).toEqual([]);
  expect(complaints(fileWith({ ...listener("127.0.0.1:0"), end: second("127.0.0.1:0") }))).toEqual([]);
  expect(complaints(fileWith({ ...listener("/a", "unix"), end: second("/b", "unix") }))).toEqual([]);
});

it("finds the mistakes of all servers at once", () => {
  const text = fileWith({ name: "name = 1", path: 'path = "a"', end: `${second("127.0.0.1")}\nroute = 1` });
  expect(complaints(text)).toHaveLength(4);
});
