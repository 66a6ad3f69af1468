import { createRequest, createResponse } from "@monolake/http";
import { expect, it } from "vitest";
import { characterCodes, exchangeOf, lineOf } from "./exchange-of.ts";

const combined = (...[changes]: Parameters<typeof exchangeOf>) => lineOf("combined", exchangeOf(changes));

it("is the Combined Log Format of Apache httpd, in UTC", () => {
  const line = combined({
    requestHeaders: { Referer: "http://example.com/", "User-Agent": "curl/8.9" },
  });
  expect(line).toBe(
    '192.0.2.7 - - [03/Nov/2026:04:05:06 +0000] "GET /a?b=1 HTTP/1.1" 200 12 "http://example.com/" "curl/8.9"',
  );
});

it("has a dash for what there is none of", () => {
  expect(combined({ responseBytes: 0 })).toMatch(/ 200 - "-" "-"$/);
});

it("names the client that a PROXY header named", () => {
  const remoteAddress = { type: "socket", host: "2001:db8::1", port: 1 } as const;
  expect(combined({ context: { remoteAddress } })).toMatch(/^2001:db8::1 - - /);
});

it("does not show the path of a unix peer, which the peer chose", () => {
  const peerAddress = { type: "unix", path: '/tmp/" 200\n' } as const;
  expect(combined({ context: { peerAddress } })).toMatch(/^unix: - - \[/);
});

it("writes the version of the request as it stands in a request line", () => {
  expect(combined({ version: "1.0" })).toContain('"GET /a?b=1 HTTP/1.0"');
  expect(combined({ version: "2" })).toContain('"GET /a?b=1 HTTP/2.0"');
});

it("has a line for a request that could not be read", () => {
  const response = createResponse("400 Bad Request\n", { status: 400 });
  const line = combined({
    request: undefined,
    target: undefined,
    version: undefined,
    response,
    responseBytes: 16,
  });
  expect(line).toBe('192.0.2.7 - - [03/Nov/2026:04:05:06 +0000] "-" 400 16 "-" "-"');
});

it("has the fields of a request that no service saw", () => {
  const response = createResponse("", { status: 413 });
  const exchange = exchangeOf({ response, requestHeaders: { "User-Agent": "big" } });
  expect(lineOf("combined", exchange)).toMatch(/ 413 12 "-" "big"$/);
});

it("writes 499 where the client went away before it was answered", () => {
  expect(combined({ response: undefined, responseBytes: 0, complete: false })).toContain('" 499 - "');
});

it("lets no client end a line or a quoted value", () => {
  const line = combined({ requestHeaders: { "User-Agent": 'a" 200 1 "b\\', Referer: "caf\xe9\t\x80" } });
  expect(line).toMatch(/ "caf\\xe9\\t\\x80" "a\\" 200 1 \\"b\\\\"$/);
});

it("escapes whatever a target could ever hold", () => {
  const target = '/"\n\r\t\b\v\0\x1b[2J\x7f\u00ff\u20ac\u{1f600}\\';
  const exchange = exchangeOf({ request: createRequest({ target }), target });
  expect(lineOf("combined", exchange)).toContain(
    '"GET /\\"\\n\\r\\t\\b\\v\\x00\\x1b[2J\\x7f\\xff\\xe2\\x82\\xac\\xef\\xbf\\xbd\\xef\\xbf\\xbd\\\\ HTTP/1.1"',
  );
});

it("is ASCII without control characters for every kind of character", () => {
  for (const code of characterCodes) {
    const line = combined({ target: `/${String.fromCharCode(code)}` });
    expect(line, `U+${code.toString(16)}`).toMatch(/^[ -~]+$/);
  }
});

it("leaves queries out where that is asked for", () => {
  const exchange = exchangeOf({ requestHeaders: { Referer: "http://a/?token=1?2" }, target: "/a?b?c" });
  expect(lineOf("combined", exchange, { query: false })).toMatch(
    /"GET \/a HTTP\/1.1" 200 12 "http:\/\/a\/" "-"$/,
  );
});
