import { UpstreamTimeoutError } from "@monolake/http";
import { expect, it } from "vitest";
import { compileFormat } from "../../../src/http/access-log/compile-format.ts";
import { UpstreamRecord } from "../../../src/http/access-log/exchange-record.ts";
import { characterCodes, exchangeOf, lineOf, recordFor } from "./exchange-of.ts";

it("has all fields, in their order", () => {
  const format = compileFormat("json", { server: "web", configVersion: 7 });
  const exchange = exchangeOf({
    requestHeaders: { Host: "a.example", Referer: "r", "User-Agent": "u" },
    context: { matchedRoute: { pattern: "/{*path}" } },
    requestBytes: 3,
  });
  const record = recordFor(format, exchange);
  record.upstream = Object.assign(new UpstreamRecord("10.0.0.1:80"), {
    attempts: 2,
    connectMs: 0.25,
    headMs: 1,
  });
  const line = format.line(exchange, record);
  const expected = {
    time: "2026-11-03T04:05:06.078Z",
    server: "web",
    config_version: 7,
    remote_addr: "192.0.2.7",
    remote_port: 4321,
    method: "GET",
    target: "/a?b=1",
    host: "a.example",
    protocol: "HTTP/1.1",
    status: 200,
    request_bytes: 3,
    response_bytes: 12,
    handler_ms: 1.5,
    duration_ms: 2,
    route: "/{*path}",
    upstream_addr: "10.0.0.1:80",
    upstream_attempts: 2,
    upstream_connect_ms: 0.25,
    upstream_head_ms: 1,
    referer: "r",
    user_agent: "u",
    complete: true,
    error_code: null,
  };
  expect(JSON.parse(line)).toEqual(expected);
  expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(expected));
});

it("has null for what there is none of", () => {
  const exchange = exchangeOf({
    request: undefined,
    target: undefined,
    version: undefined,
    response: undefined,
    handlerMs: undefined,
    complete: false,
    error: new UpstreamTimeoutError({ address: "a", waitingFor: "b", timeoutMs: 1 }),
  });
  expect(JSON.parse(lineOf("json", exchange))).toMatchObject({
    server: null,
    config_version: null,
    method: null,
    target: null,
    host: null,
    protocol: null,
    status: null,
    handler_ms: null,
    upstream_addr: null,
    complete: false,
    error_code: "ERR_HTTP_UPSTREAM_TIMEOUT",
  });
});

it("reads UTF-8 where a field is that, and Latin-1 otherwise", () => {
  const utf8 = Buffer.from("schön 😀").toString("latin1");
  const exchange = exchangeOf({ requestHeaders: { "User-Agent": utf8, Referer: "sch\xf6n" } });
  expect(JSON.parse(lineOf("json", exchange))).toMatchObject({ user_agent: "schön 😀", referer: "schön" });
});

it("is one line of ASCII that gives back every byte", () => {
  for (const code of characterCodes) {
    const target = `/${String.fromCharCode(code)}"`;
    const line = lineOf("json", exchangeOf({ target }));
    if (!/^[ -~]+$/.test(line)) expect.unreachable(`U+${code.toString(16)}: ${line}`);
    if (code < 0x100) expect(JSON.parse(line).target).toBe(target);
  }
});

it("writes names from the configuration as they are", () => {
  const exchange = exchangeOf({ context: { matchedRoute: { pattern: "/ü" } } });
  expect(JSON.parse(lineOf("json", exchange, { server: "größe" }))).toMatchObject({
    server: "größe",
    route: "/ü",
  });
});

it("leaves queries out where that is asked for", () => {
  expect(JSON.parse(lineOf("json", exchangeOf(), { query: false }))).toMatchObject({ target: "/a" });
});

it.each([
  [0, "0.000"],
  [0.0004, "0.000"],
  [0.9996, "1.000"],
  [12.0345, "12.035"],
  [123_456.7, "123456.700"],
  [-1, "0.000"],
])("writes %f milliseconds as %s", (totalMs, text) => {
  expect(lineOf("json", exchangeOf({ totalMs }))).toContain(`"duration_ms":${text},`);
});
