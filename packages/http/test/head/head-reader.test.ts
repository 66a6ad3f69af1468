import { describe, expect, it } from "vitest";
import { headCounts } from "../../src/head/head-counts.ts";
import { RequestHeadReader, ResponseHeadReader } from "../../src/head/head-reader.ts";
import { latin1 } from "./described-head.ts";

const plain = "GET /a HTTP/1.1\r\nHost: x.test\r\nX-A: b\r\n\r\n";

describe("a head reader", () => {
  it("says how many bytes of the chunk the head had, so that pipelined requests follow each other", () => {
    const reader = new RequestHeadReader();
    const chunk = latin1(`${plain}POST /b HTTP/1.1\r\nHost: x.test\r\nContent-Length: 2\r\n\r\nhi`);
    expect(reader.read(chunk, 0)?.target).toBe("/a");
    expect(reader.consumed).toBe(plain.length);
    const second = reader.read(chunk, plain.length);
    expect(second).toMatchObject({ method: "POST", target: "/b", contentLength: 2 });
    expect(plain.length + reader.consumed).toBe(chunk.length - 2);
  });

  it("counts the empty lines before a request to what it consumed but not to the head", () => {
    const reader = new RequestHeadReader();
    const head = reader.read(latin1(`\r\n\r\n${plain}`), 0);
    expect(head?.bytes).toBe(plain.length);
    expect(reader.consumed).toBe(plain.length + 4);
  });

  it("keeps nothing of the chunks it was given", () => {
    for (const size of [plain.length, 7]) {
      const reader = new RequestHeadReader();
      const chunk = Buffer.alloc(size);
      let head: ReturnType<typeof reader.read>;
      for (let at = 0; at < plain.length; at += size) {
        const length = chunk.write(plain.slice(at, at + size), "latin1");
        head = reader.read(chunk.subarray(0, length), 0);
        chunk.fill("#");
      }
      expect(head?.target).toBe("/a");
      expect([...(head?.headers ?? [])]).toEqual([
        ["Host", "x.test"],
        ["X-A", "b"],
      ]);
    }
  });

  it("keeps heads that it has read when it reads more", () => {
    const reader = new RequestHeadReader();
    const heads = Array.from({ length: 2_000 }, (_, index) =>
      reader.read(
        latin1(`GET /${index} HTTP/1.1\r\nHost: h${index}.test\r\nX-${index}: v${index}\r\n\r\n`),
        0,
      ),
    );
    for (const [index, head] of heads.entries()) {
      expect(head?.target).toBe(`/${index}`);
      expect([...(head?.headers ?? [])]).toEqual([
        ["Host", `h${index}.test`],
        [`X-${index}`, `v${index}`],
      ]);
    }
  });

  it("has started once a byte of a head has come, and not by empty lines", () => {
    const reader = new RequestHeadReader();
    expect(reader.started).toBe(false);
    reader.read(latin1("\r\n"), 0);
    expect(reader.started).toBe(false);
    reader.read(latin1("G"), 0);
    expect(reader.started).toBe(true);
    expect(reader.read(latin1(plain.slice(1)), 0)?.method).toBe("GET");
    expect(reader.started).toBe(false);
  });

  it("forgets a piece of a head when it is reset", () => {
    const reader = new RequestHeadReader();
    reader.read(latin1("POST /x HT"), 0);
    reader.reset();
    expect(reader.started).toBe(false);
    expect(reader.read(latin1(plain), 0)?.target).toBe("/a");
  });

  it("takes the fast path also for a plain head that came in pieces or after empty lines", () => {
    const before = { ...headCounts };
    const pieces = new RequestHeadReader();
    pieces.read(latin1(plain.slice(0, 20)), 0);
    pieces.read(latin1(plain.slice(20)), 0);
    new RequestHeadReader().read(latin1(`\r\n${plain}`), 0);
    expect(headCounts.fastRequests).toBe(before.fastRequests + 2);
    expect(headCounts.llhttpRequests).toBe(before.llhttpRequests);
  });

  it.each([
    ["method-invalid", "GET\t"],
    ["method-invalid", "GE(T/index.html"],
    ["method-unknown", "OPTIONS-AND-MORE"],
    ["request-line-invalid", "GET\r\n"],
    ["field-without-colon", "GET / HTTP/1.1\r\nHost: x.test\r\nfoo\r\n"],
    ["field-name-invalid", "GET / HTTP/1.1\r\nX y"],
    ["field-name-invalid", "GET / HTTP/1.1\r\nX :"],
    ["field-name-invalid", "GET / HTTP/1.1\r\nHost: x.test\r\n:"],
    ["line-folded", "GET / HTTP/1.1\r\nHost: x.test\r\n\t"],
  ])(
    "refuses a request for %s before the rest of it has come, whole and byte by byte: %j",
    (reason, text) => {
      expect(() => new RequestHeadReader().read(latin1(text), 0)).toThrow(
        expect.objectContaining({ reason }),
      );
      const reader = new RequestHeadReader();
      const readAll = () => [...text].map((byte) => reader.read(latin1(byte), 0));
      expect(readAll).toThrow(expect.objectContaining({ reason }));
    },
  );

  it.each([
    ["version-invalid", "<html>"],
    ["version-invalid", "http/1.1 200 OK"],
    ["version-invalid", "HTTP/1 200 OK\r\n"],
    ["version-not-supported", "HTTP/2.0 200 OK\r\n"],
    ["status-line-invalid", "HTTP/1.1 2000 OK\r\n"],
    ["field-without-colon", "HTTP/1.1 200 OK\r\nfoo\r\n"],
    ["field-name-invalid", "HTTP/1.1 200 OK\r\nX :"],
    ["line-folded", "HTTP/1.1 200 OK\r\nX: 1\r\n "],
  ])(
    "refuses a response for %s before the rest of it has come, whole and byte by byte: %j",
    (reason, text) => {
      expect(() => new ResponseHeadReader().read(latin1(text), 0)).toThrow(
        expect.objectContaining({ reason }),
      );
      const reader = new ResponseHeadReader();
      const readAll = () => [...text].map((byte) => reader.read(latin1(byte), 0));
      expect(readAll).toThrow(expect.objectContaining({ reason }));
    },
  );

  it("waits in compat for what may be a folded line, or a blank before a colon", () => {
    const request = new RequestHeadReader({}, "compat");
    expect(request.read(latin1("GET / HTTP/1.1\r\nHost: x.test\r\nX-A: 1\r\n 2\r\n"), 0)).toBeUndefined();
    expect(request.read(latin1("\r\n"), 0)?.headers.get("x-a")).toBe("1 2");
    const response = new ResponseHeadReader({}, "compat");
    expect(response.read(latin1("HTTP/1.1 200 OK\r\nX-A : 1\r\n"), 0)).toBeUndefined();
    expect(response.read(latin1("\r\n"), 0)?.headers.get("x-a")).toBe("1");
  });

  it("looks at each byte of a large head once, however small the pieces are", () => {
    const head = `GET / HTTP/1.1\r\nHost: x.test\r\nX-A: ${"a".repeat(1_000_000)}\r\n\r\n`;
    const reader = new RequestHeadReader({ maxHeadBytes: 2_000_000 });
    const started = process.cpuUsage();
    const bytes = latin1(head);
    for (let at = 0; at < bytes.length; at += 20) reader.read(bytes.subarray(at, at + 20), 0);
    // 50,000 rescans of up to a megabyte would take half a minute.
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
    expect(reader.started).toBe(false);
  });

  it("reads the next head rightly after any refused one", () => {
    const refused = [
      "GET / HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: gzip\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nX : 1\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\n",
    ];
    const strange = latin1("GET http://x.test/?q HTTP/1.1\r\nhost:x.test\r\nX-B: caf\xe9 \r\n\r\n");
    for (const text of refused) {
      expect(() => new RequestHeadReader().read(latin1(text), 0)).toThrow("refused request head");
      expect([...(new RequestHeadReader().read(strange, 0)?.headers ?? [])]).toEqual([
        ["host", "x.test"],
        ["X-B", "caf\xe9"],
      ]);
    }
  });

  it("counts how heads were read", () => {
    const before = { ...headCounts };
    new ResponseHeadReader().read(latin1("HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n"), 0);
    new ResponseHeadReader().read(latin1("HTTP/1.1 200 OK\r\nX-A:b\r\n\r\n"), 0);
    expect(() => new ResponseHeadReader().read(latin1("HTTP/1.1 200 OK\r\nX A: b\r\n\r\n"), 0)).toThrow();
    expect(() => new RequestHeadReader().read(latin1("\0"), 0)).toThrow();
    expect(headCounts).toEqual({
      ...before,
      fastResponses: before.fastResponses + 1,
      llhttpResponses: before.llhttpResponses + 1,
      refusedResponses: before.refusedResponses + 1,
      refusedRequests: before.refusedRequests + 1,
    });
  });
});
