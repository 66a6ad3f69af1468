import { ClientGoneError } from "@monolake/http";
import { expect, it } from "vitest";
import { checkAccessLogFormat } from "../../../src/http/access-log/compile-format.ts";
import { accessVariables } from "../../../src/http/access-log/variables.ts";
import { exchangeOf, lineOf } from "./exchange-of.ts";

const braced = (name: string): string => `$\{${name}}`;

it("puts variables into its text", () => {
  const template = "$remote_addr $method $target $status $duration_ms";
  expect(lineOf(template, exchangeOf())).toBe("192.0.2.7 GET /a?b=1 200 2.000");
});

it("escapes an id that a trusted proxy has passed on", () => {
  const context = { requestId: 'a"b\\c' };
  expect(lineOf('"$request_id"', exchangeOf({ context }))).toBe('"a\\"b\\\\c"');
});

it("ends a name at a brace, and writes $$ as the character", () => {
  expect(lineOf(`${braced("duration_ms")}ms $$$status$$ {$method}`, exchangeOf())).toBe(
    "2.000ms $200$ {GET}",
  );
});

it("knows every header field of request and response", () => {
  const exchange = exchangeOf({
    requestHeaders: { "X-Request-Id": "r-1", Host: "h" },
    responseHeaders: { "X-Cache": "HIT", Location: "/b?c" },
  });
  const template =
    "$request_header_x_request_id $host $request_header_Host $response_header_x_cache $response_header_etag $response_header_location";
  expect(lineOf(template, exchange)).toBe("r-1 h h HIT - /b?c");
  expect(lineOf(template, exchange, { query: false })).toBe("r-1 h h HIT - /b");
});

it("leaves the query of a path out whose query is a secret", () => {
  const options = { secretQueryPaths: ["/a"] };
  expect(lineOf("$target $request_line", exchangeOf(), options)).toBe("/a GET /a HTTP/1.1");
  expect(lineOf("$target", exchangeOf({ target: "/ab?c" }), options)).toBe("/ab?c");
});

it("says what the log was made with", () => {
  const options = { server: "wéb", configVersion: 3 };
  expect(lineOf("$server $config_version", exchangeOf(), options)).toBe("w\\xc3\\xa9b 3");
  expect(lineOf("$server $config_version", exchangeOf())).toBe("- -");
});

it("says how an exchange broke", () => {
  const exchange = exchangeOf({ response: undefined, complete: false, error: new ClientGoneError() });
  expect(lineOf("$status $complete $error_code", exchange)).toBe("499 false ERR_HTTP_CLIENT_GONE");
  expect(lineOf("$error_code", exchangeOf({ error: new RangeError("no") }))).toBe("RangeError");
});

it("keeps its own text, in UTF-8", () => {
  const line = lineOf("→ $status", exchangeOf());
  expect(Buffer.from(line, "latin1").toString("utf8")).toBe("→ 200");
});

it("writes something for each variable", () => {
  for (const name of Object.keys(accessVariables)) {
    expect(lineOf(`$${name}`, exchangeOf()), name).toMatch(/^[ -~]+$/);
  }
});

it.each([
  ["$statsu", 0, 'unknown variable "$statsu", did you mean "$status"?'],
  ["a $remote_adr", 2, 'unknown variable "$remote_adr", did you mean "$remote_addr"?'],
  [braced("Status"), 0, 'unknown variable "$Status", did you mean "$status"?'],
  ["$whatever_it_is", 0, 'unknown variable "$whatever_it_is"'],
  ["$request_header_", 0, 'unknown variable "$request_header_"'],
  ["$status $", 8, 'expected the name of a variable after "$", or "$$" for the character itself'],
  [`$status ${braced("")}`, 8, 'expected the name of a variable after "$", or "$$" for the character itself'],
  [`$status ${braced("a").slice(0, -1)}`, 8, 'expected a "}" that ends "$' + '{a"'],
  ["$status\n", 7, 'expected one line without control characters, found "\\n"'],
  ["jsn", 0, 'unknown format "jsn", did you mean "json"?'],
  ["", 0, 'expected "combined", "json" or a template with variables such as "$status", found ""'],
  [
    "common format",
    0,
    'expected "combined", "json" or a template with variables such as "$status", found "common format"',
  ],
])("refuses %j", (format, position, message) => {
  const problem = checkAccessLogFormat(format);
  expect(problem?.message).toBe(`access log format is invalid at position ${position}: ${message}`);
  expect(problem).toMatchObject({ code: "ERR_ACCESS_LOG_FORMAT", format, position });
});

it.each([
  "request_header_authorization",
  "request_header_Proxy_Authorization",
  "request_header_cookie",
  "response_header_set_cookie",
])("refuses the secret $%s", (name) => {
  expect(checkAccessLogFormat(`a $${name}`)).toMatchObject({ problem: "secret-field", position: 2 });
});

it("finds nothing wrong with the formats that have a name", () => {
  expect(checkAccessLogFormat("combined")).toBeUndefined();
  expect(checkAccessLogFormat("json")).toBeUndefined();
});
