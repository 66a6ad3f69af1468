import { describe, expect, it } from "vitest";
import { RequestHeadReader, ResponseHeadReader } from "../../src/index.ts";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** Target and fields of a request as compat reads it, in one piece or byte by byte; the reason when it refuses. */
function read(
  text: string,
  piecewise = false,
): { target: string; fields: string[]; length: number } | string {
  const reader = new RequestHeadReader(undefined, "compat");
  try {
    const bytes = latin1(text);
    let head = piecewise ? undefined : reader.read(bytes, 0);
    for (let at = 0; piecewise && head === undefined && at < bytes.length; at++)
      head = reader.read(bytes.subarray(at, at + 1), 0);
    if (head === undefined) return "incomplete";
    const fields = [...head.headers].map(([name, value]) => `${name}: ${value}`);
    return { target: head.target, fields, length: head.contentLength };
  } catch (error) {
    return (error as { readonly reason: string }).reason;
  }
}

const strictReason = (text: string): string => {
  try {
    new RequestHeadReader().read(latin1(text), 0);
    return "accepted";
  } catch (error) {
    return (error as { readonly reason: string }).reason;
  }
};

const get = (fields: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

describe("compat takes, and strict refuses", () => {
  it.each([
    ["lines that all end with LF", "GET / HTTP/1.1\nHost: a\nX: 1\n\n", ["Host: a", "X: 1"]],
    ["such a head behind empty lines", "\n\nGET / HTTP/1.1\nHost: a\n\n", ["Host: a"]],
    ["a folded line", get("X: 1\r\n\t 2 \r\n  3\r\nY: 4\r\n"), ["Host: a", "X: 1 2 3", "Y: 4"]],
    ["controls in a value", get("X: a\0b\x7fc\x01\r\n"), ["Host: a", "X: a b c"]],
    ["the same length in a list", get("Content-Length: 5 , 5,5\r\n"), ["Host: a", "Content-Length: 5"]],
    [
      "the same length twice",
      get("Content-Length: 5\r\ncontent-length:5\r\n"),
      ["Host: a", "Content-Length: 5"],
    ],
  ])("%s", (_what, text, fields) => {
    expect(read(text)).toMatchObject({ fields });
    expect(read(text, true)).toEqual(read(text));
    expect(strictReason(text)).not.toBe("accepted");
  });

  it("bytes above ASCII in a target, percent-encoded", () => {
    expect(read("GET /\xfc?\xe4 HTTP/1.1\r\nHost: a\r\n\r\n")).toMatchObject({ target: "/%FC?%E4" });
  });
});

describe("compat refuses what could be read in two ways", () => {
  it.each([
    ["LF and CRLF in one head", "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", "bare-lf"],
    ["LF that hides a field", get("X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "bare-lf"],
    ["an end of LF LF", "GET / HTTP/1.1\r\nHost: a\r\nX:\n\nGET /b HTTP/1.1\r\n\r\n", "bare-lf"],
    ["a bare CR", get("X: a\rb\r\n"), "bare-cr"],
    ["a folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", "line-folded"],
    ["a folded coding", get("Transfer-Encoding:\r\n chunked\r\n"), "line-folded"],
    ["a folded length", get("Content-Length: 5\r\n 5\r\n"), "line-folded"],
    ["a folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "line-folded"],
    ["lengths that differ", get("Content-Length: 5, 6\r\n"), "content-length-invalid"],
    [
      "lengths that differ in two fields",
      get("Content-Length: 5\r\nContent-Length: 6\r\n"),
      "content-length-repeated",
    ],
    ["lengths that differ in their digits", get("Content-Length: 5, 05\r\n"), "content-length-invalid"],
    ["a length with a control", get("Content-Length: 5\0\r\n"), "field-value-invalid"],
    [
      "a length beside a coding",
      get("Transfer-Encoding: chunked\r\nContent-Length: 5, 5\r\n"),
      "transfer-encoding-with-content-length",
    ],
    [
      "two codings",
      get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      "transfer-encoding-invalid",
    ],
    ["a coding with a control", get("Transfer-Encoding: \x0bchunked\r\n"), "field-value-invalid"],
    ["a blank before the colon", get("Content-Length : 5\r\n"), "field-name-invalid"],
    ["a control in a name", get("X\0: 5\r\n"), "field-name-invalid"],
    ["a control in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "byte-not-allowed"],
    [
      "a handshake of TLS, without waiting for more of it",
      "\x16\x03\x01\x02\0\x01\0\x01\xfc",
      "byte-not-allowed",
    ],
    ["two Hosts", get("Host: b\r\n"), "host-repeated"],
    ["HTTP/0.9", "GET /\n\n", "request-line-invalid"],
  ])("%s", (_what, text, reason) => {
    expect(read(text)).toBe(reason);
    expect(read(text, true)).toBe(reason);
  });
});

it("reads a plain head as strict does, by the fast path", () => {
  const text = get("X-A: 1\r\nContent-Length: 5\r\n");
  const strict = new RequestHeadReader().read(latin1(text), 0);
  const compat = new RequestHeadReader(undefined, "compat").read(latin1(text), 0);
  expect([...(compat?.headers ?? [])]).toEqual([...(strict?.headers ?? [])]);
});

describe("of a response, compat takes", () => {
  const fieldsOf = (text: string) => [
    ...(new ResponseHeadReader(undefined, "compat").read(latin1(text), 0)?.headers ?? []),
  ];
  it.each([
    ["LF", "HTTP/1.1 200 OK\nX: 1\n\n", [["X", "1"]]],
    ["folded lines", "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", [["X", "1 2"]]],
    ["blanks before a colon, which it removes", "HTTP/1.1 200 OK\r\nX \t: 1\r\n\r\n", [["X", "1"]]],
  ])("%s", (_what, text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
    expect(() => new ResponseHeadReader().read(latin1(text), 0)).toThrow("refused response head");
  });

  it("no lengths that differ", () => {
    expect(() => fieldsOf("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")).toThrow();
  });
});
