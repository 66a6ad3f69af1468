import { describe, expect, it } from "vitest";
import { HttpHeadError } from "../../src/head/errors.ts";
import type { HeadLimits } from "../../src/head/head-limits.ts";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { latin1 } from "./described-head.ts";

function refusal(text: string, limits?: Partial<HeadLimits>): HttpHeadError {
  try {
    new RequestHeadReader(limits).read(latin1(text), 0);
  } catch (error) {
    if (error instanceof HttpHeadError) return error;
    throw error;
  }
  throw new Error("was not refused");
}
const accept = (text: string, limits?: Partial<HeadLimits>) => {
  const head = new RequestHeadReader(limits).read(latin1(text), 0);
  if (head === undefined) throw new Error("is not complete");
  return head;
};
const withFields = (...fields: string[]) =>
  `POST /p HTTP/1.1\r\nHost: x.test\r\n${fields.join("\r\n")}\r\n\r\n`;

describe("a request head is refused", () => {
  it.each([
    [400, "host-missing", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n"],
    [400, "host-repeated", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"],
    [400, "content-length-repeated", withFields("Content-Length: 5", "content-length: 5")],
    [400, "content-length-invalid", withFields("Content-Length: 1234567890123456")],
    [
      400,
      "transfer-encoding-with-content-length",
      withFields("Content-Length: 5", "Transfer-Encoding: chunked"),
    ],
    [
      400,
      "transfer-encoding-with-content-length",
      withFields("Transfer-Encoding: chunked", "Content-Length: 5"),
    ],
    [400, "transfer-encoding-in-http-1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"],
    [400, "transfer-encoding-invalid", withFields("Transfer-Encoding: chunked, gzip")],
    [501, "transfer-encoding-unknown", withFields("Transfer-Encoding: gzip, chunked")],
    [400, "transfer-encoding-invalid", withFields("Transfer-Encoding: gzip")],
    [400, "transfer-encoding-invalid", withFields("Transfer-Encoding: chunked", "Transfer-Encoding: gzip")],
    [400, "host-missing", "GET / HTTP/1.2\r\nX-A: b\r\n\r\n"],
    [
      400,
      "transfer-encoding-with-content-length",
      "POST / HTTP/1.2\r\nHost: x.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    [400, "version-invalid", "GET / HTTP/1.10\r\nHost: x.test\r\n\r\n"],
    [501, "method-unknown", "BREW / HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [501, "method-unknown", "DESCRIBE / HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [505, "version-not-supported", "GET / HTTP/2.0\r\nHost: x.test\r\n\r\n"],
    [505, "version-not-supported", "GET / HTTP/0.9\r\nHost: x.test\r\n\r\n"],
    [400, "target-invalid", "GET ftp://x.test/ HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [400, "target-invalid", "GET http://me@x.test/ HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [400, "target-invalid", "GET http:///p HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [400, "target-invalid", "CONNECT x.test HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [400, "target-invalid", "CONNECT x.test: HTTP/1.1\r\nHost: x.test\r\n\r\n"],
    [400, "too-many-empty-lines", `${"\r\n".repeat(5)}GET / HTTP/1.1\r\nHost: x.test\r\n\r\n`],
  ] as const)("with %i for %s: %j", (status, reason, text) => {
    expect(refusal(text)).toMatchObject({ status, reason, code: "ERR_HTTP_REQUEST_HEAD" });
  });

  it.each([
    "a:",
    "[::1]:",
    "a%20b",
    "a-b_c.~d",
    "[2001:db8::1]",
    "[::]",
    "[::ffff:1.2.3.4]:80",
    "[2001:DB8:0:0:8:800:200C:417A]",
    "x.test:65535",
    "1.2.3.4:80",
  ])("not for the host %s", (host) => {
    expect(accept(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).headers.get("host")).toBe(host);
  });

  it.each([
    ":80",
    "a:b",
    "a:65536",
    "a:123456",
    "[::1",
    "[]",
    "::1",
    "a%2",
    "a%zz",
    "a@b",
    "a\\b",
    "[::1]x",
    "[::::::]",
    "[....]",
    "[1.2.3.4]",
    "[1:2:3:4:5:6:7:8:9]",
    "[::12345]",
    "[::1%25eth0]",
    "a b",
  ])("for the host %s", (host) => {
    expect(refusal(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatchObject({
      status: 400,
      reason: "host-invalid",
    });
  });

  it("with 414 for a long target, before its end has come", () => {
    const limits = { maxTargetBytes: 100 };
    const target = (length: number) => `/${"a".repeat(length - 1)}`;
    const head = (length: number) => `GET ${target(length)} HTTP/1.1\r\nHost: x.test\r\n\r\n`;
    expect(accept(head(100), limits).target).toBe(target(100));
    expect(refusal(head(101), limits)).toMatchObject({ status: 414, reason: "target-too-long" });
    expect(refusal(`GET ${target(200)}`, limits)).toMatchObject({ status: 414 });
  });

  it("with 431 for a large head, before its end has come", () => {
    const head = (bytes: number) => {
      const start = "GET / HTTP/1.1\r\nHost: x.test\r\nX-A: ";
      return `${start}${"a".repeat(bytes - start.length - 4)}\r\n\r\n`;
    };
    expect(accept(head(32_768)).bytes).toBe(32_768);
    expect(refusal(head(32_769))).toMatchObject({ status: 431, reason: "head-too-large" });
    expect(
      refusal(`GET / HTTP/1.1\r\nHost: x.test\r\n${"X: 1\r\n".repeat(20)}`, { maxHeadBytes: 100 }).status,
    ).toBe(431);
  });

  it("with 431 for too many fields, before the end of the head has come", () => {
    const fields = (count: number) => "X-A: b\r\n".repeat(count);
    const start = "GET / HTTP/1.1\r\nHost: x.test\r\n";
    expect(accept(`${start}${fields(127)}\r\n`).headers.size).toBe(128);
    expect(refusal(`${start}${fields(128)}\r\n`)).toMatchObject({ status: 431, reason: "too-many-fields" });
    expect(refusal(`${start}${fields(128)}`)).toMatchObject({ status: 431, reason: "too-many-fields" });
    expect(accept(`${start}${fields(499)}\r\n`, { maxFields: 500 }).headers.size).toBe(500);
  });

  it("at once for what no head can become", () => {
    expect(refusal("\x16\x03\x01").reason).toBe("byte-not-allowed");
    expect(refusal("GET / HTTP/1.1\n").reason).toBe("bare-lf");
    expect(refusal("GET / HTTP/1.1\rX").reason).toBe("bare-cr");
    expect(refusal("GET /\r\n").reason).toBe("request-line-invalid");
    expect(refusal("AAAAAAAAAAAAA").reason).toBe("method-unknown");
    expect(refusal("<<<<<<<<<<<<<").reason).toBe("method-invalid");
  });

  it("with what stands where, escaped and short", () => {
    const error = refusal(withFields(`X-A\x7fB: ${"a".repeat(500)}`));
    expect(error).toMatchObject({ line: 3, found: "\\x7f" });
    const long = refusal(`GET / HTTP/1.1\r\nHost: ${"a b\xff".repeat(50)}\r\n\r\n`);
    expect(long.found.length).toBeLessThanOrEqual(64);
    expect(long.message).toContain("host invalid in line 2, found a b\\xffa b");
  });
});

describe("an accepted request head", () => {
  it("says what its fields say about framing and connection", () => {
    const head = accept(
      withFields("Transfer-Encoding: chunked", "Connection: close, X-Hop ,te", "Expect: 100-Continue"),
    );
    expect(head).toMatchObject({
      chunked: true,
      contentLength: -1,
      connectionClose: true,
      expectContinue: true,
    });
    expect(head.connectionOptions).toEqual(["x-hop", "te"]);
    expect(accept(withFields("Content-Length: 0012", "Connection: keep-alive"))).toMatchObject({
      contentLength: 12,
      chunked: false,
      connectionKeepAlive: true,
      connectionOptions: undefined,
      expectContinue: false,
    });
  });

  it("expects a 100 when a list says so among other things", () => {
    const expects = (...values: string[]) =>
      accept(withFields(...values.map((value) => `Expect: ${value}`))).expectContinue;
    expect(expects("100-continue, x=1")).toBe(true);
    expect(expects(",100-Continue ,100-continue")).toBe(true);
    expect(expects("x=1", "100-continue")).toBe(true);
    expect(expects('x="a, 100-continue, b"')).toBe(false);
    expect(expects("100-continue;q=1")).toBe(false);
    expect(expects("100-continued")).toBe(false);
  });

  it("of a later minor version is one of HTTP/1.1, however it comes", () => {
    for (const version of ["HTTP/1.2", "HTTP/1.9"]) {
      const text = `POST /p?q ${version}\r\nHost: x.test\r\nConnection: X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const head = accept(text);
      expect(head).toMatchObject({ minorVersion: 1, target: "/p?q", chunked: true, bytes: text.length });
      expect([...head.headers]).toHaveLength(3);
      const reader = new RequestHeadReader();
      for (const byte of latin1(text.slice(0, -1))) expect(reader.read(Buffer.of(byte), 0)).toBeUndefined();
      expect(reader.read(latin1("\n"), 0)).toMatchObject({ minorVersion: 1, target: "/p?q" });
    }
  });

  it("has an upgrade only when Connection names it, and not in HTTP/1.0", () => {
    expect(accept(withFields("Upgrade: websocket")).upgrade).toBe(false);
    expect(
      accept(withFields("Upgrade: websocket", "Connection: keep-alive", "Connection: Upgrade")).upgrade,
    ).toBe(true);
    expect(accept("GET / HTTP/1.0\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n").upgrade).toBe(false);
  });

  it("keeps order, case and repetitions, and drops blanks around values", () => {
    const head = accept(withFields("x-B:1", "X-a: \t2\t ", "x-b: caf\xe9", "X-C:"));
    expect([...head.headers].slice(1)).toEqual([
      ["x-B", "1"],
      ["X-a", "2"],
      ["x-b", "caf\xe9"],
      ["X-C", ""],
    ]);
  });

  it("may have any form of target that its method allows", () => {
    const target = (line: string) => accept(`${line} HTTP/1.1\r\nHost: x.test\r\n\r\n`).target;
    expect(target("OPTIONS *")).toBe("*");
    expect(target("CONNECT [::1]:443")).toBe("[::1]:443");
    expect(target("GET HTTP://x.test")).toBe("HTTP://x.test");
    expect(target("GET https://x.test:8443?a=b")).toBe("https://x.test:8443?a=b");
    expect(target("GET /a\\b|c{d}")).toBe("/a\\b|c{d}");
  });
});
