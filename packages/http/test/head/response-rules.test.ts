import { describe, expect, it } from "vitest";
import { HttpResponseHeadError } from "../../src/head/errors.ts";
import { ResponseHeadReader } from "../../src/head/head-reader.ts";
import { latin1 } from "./described-head.ts";

const read = (text: string) => new ResponseHeadReader().read(latin1(text), 0);

function refusal(text: string): HttpResponseHeadError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HttpResponseHeadError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("a response head is refused", () => {
  it.each([
    ["status-line-invalid", "HTTP/1.1 99 X\r\n\r\n"],
    ["status-line-invalid", "HTTP/1.1 099 X\r\n\r\n"],
    ["status-line-invalid", "HTTP/1.1 600 X\r\n\r\n"],
    ["status-line-invalid", "HTTP/1.1 2000\r\n\r\n"],
    ["status-line-invalid", "HTTP/1.1  200 OK\r\n\r\n"],
    ["status-line-invalid", "HTTP/1.1 200OK\r\n\r\n"],
    ["byte-not-allowed", "HTTP/1.1 200 O\x01K\r\n\r\n"],
    ["version-not-supported", "HTTP/2.0 200 OK\r\n\r\n"],
    ["version-not-supported", "HTTP/0.9 200 OK\r\n\r\n"],
    ["version-invalid", "RTSP/1.0 200 OK\r\n\r\n"],
    ["version-invalid", "ICY 200 OK\r\n\r\n"],
    ["too-many-empty-lines", "\r\nHTTP/1.1 200 OK\r\n\r\n"],
    ["line-folded", "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n\r\n"],
    ["bare-lf", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"],
    ["bare-cr", "HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: x=1\r\n\r\n"],
    ["byte-not-allowed", "HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n"],
    ["field-name-invalid", "HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\n"],
    ["field-name-invalid", "HTTP/1.1 200 OK\r\ngarbage line\r\n\r\n"],
    ["field-without-colon", "HTTP/1.1 200 OK\r\ngarbage\r\n\r\n"],
    ["content-length-repeated", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n"],
    ["content-length-invalid", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n"],
    [
      "transfer-encoding-with-content-length",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
    ],
    ["transfer-encoding-unknown", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"],
    ["transfer-encoding-unknown", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
    [
      "transfer-encoding-with-content-length",
      "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
    ],
    ["transfer-encoding-in-http-1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ] as const)("for %s: %j", (reason, text) => {
    expect(refusal(text)).toMatchObject({ reason, code: "ERR_HTTP_RESPONSE_HEAD", source: "upstream" });
  });

  it("when it is larger than allowed, before its end has come", () => {
    expect(refusal(`HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(40_000)}`).reason).toBe("head-too-large");
    expect(refusal(`HTTP/1.1 200 OK\r\n${"X-A: b\r\n".repeat(129)}`).reason).toBe("too-many-fields");
  });
});

describe("an accepted response head", () => {
  it.each([
    ["HTTP/1.1 200 OK", 200, "OK"],
    ["HTTP/1.1 200", 200, ""],
    ["HTTP/1.1 200 ", 200, ""],
    ["HTTP/1.0 404 File not found", 404, "File not found"],
    ["HTTP/1.1 599 caf\xe9", 599, "caf\xe9"],
    ["HTTP/1.1 100 Continue", 100, "Continue"],
  ] as const)("has status and reason: %j", (line, status, reason) => {
    expect(read(`${line}\r\nContent-Length: 3\r\n\r\n`)).toMatchObject({ status, reason, contentLength: 3 });
  });

  it("of a later minor version is one of HTTP/1.1", () => {
    const text = "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(read(text)).toMatchObject({ minorVersion: 1, status: 200, chunked: true, bytes: text.length });
  });

  it("says what its fields say about framing and connection", () => {
    const head = read(
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade, X-Hop\r\nHost: a b\r\n\r\n",
    );
    expect(head).toMatchObject({
      upgrade: true,
      contentLength: -1,
      chunked: false,
      connectionOptions: ["x-hop"],
    });
    const closing = read("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n");
    expect(closing).toMatchObject({
      minorVersion: 0,
      connectionClose: true,
      connectionKeepAlive: false,
      upgrade: false,
    });
  });
});
