import { readFile } from "node:fs/promises";
import { putIntoReadMemory } from "@monolake/streams";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { assembled } from "../../assembly/assemble.ts";
import { resolveHeadLimits } from "../../src/head/head-limits.ts";
import { headScanner } from "../../src/head/head-scanner.ts";
import { readPlainRequest } from "../../src/head/plain-request.ts";
import { readPlainResponse } from "../../src/head/plain-response.ts";
import { describeHead, latin1 } from "./described-head.ts";
import { mutated, mutations, requestHeads, responseHeads } from "./generated-heads.ts";

const limits = resolveHeadLimits();
const readers = { request: readPlainRequest, response: readPlainResponse };
type Kind = keyof typeof readers;

/** What is read of bytes, and whether the scanner found the head's end. */
function read(kind: Kind, bytes: Buffer, start = 0) {
  const head = readers[kind](bytes, start, bytes.length, limits);
  return head && describeHead(head);
}

const isScanned = (bytes: Buffer): boolean =>
  headScanner.request(bytes, bytes.indexOf(0x20) + 1, bytes.length) > 0;

const request =
  "GET /a/b?c=d HTTP/1.1\r\nHost: a.test:8080\r\nUser-Agent: one that says much about itself (and more)\r\n" +
  "X-Forwarded-Prefix: /p\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Length: 5\r\nCookie: a=b\r\n\r\n";

describe("the scanner of WebAssembly", () => {
  it("is what its source makes", async () => {
    const text = await readFile(new URL("../../src/head/head-scanner-wasm.ts", import.meta.url), "utf8");
    expect(text).toBe(await assembled());
  });

  it("takes a usual head, and only where it was read", () => {
    expect(isScanned(latin1(request))).toBe(false);
    expect(isScanned(putIntoReadMemory(latin1(request)))).toBe(true);
  });

  it.each(["request", "response"] as const)("reads of a %s what is read byte by byte", (kind) => {
    const heads = kind === "request" ? requestHeads : responseHeads;
    let plain = 0;
    const every = fc.property(
      heads,
      fc.array(mutations, { minLength: 11, maxLength: 11 }),
      (head, changes) => {
        for (const bytes of [latin1(head), ...changes.map((some) => mutated(head, some))]) {
          const byHand = read(kind, bytes);
          expect(read(kind, putIntoReadMemory(bytes))).toEqual(byHand);
          if (byHand !== undefined) plain++;
        }
      },
    );
    fc.assert(every, { numRuns: 800, seed: 20_261_126 });
    expect(plain).toBeGreaterThan(500);
  });

  it.each(["a", "a.test", "my_host-2:80", "127.0.0.1:65535", "a:"])("takes the host %s", (host) => {
    expect(isScanned(putIntoReadMemory(latin1(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)))).toBe(true);
  });

  it.each(["a:65536", "a:123456", "a:x", "a b", "a@b", "[::1]:80"])(
    "leaves the host %s to others",
    (host) => {
      expect(isScanned(putIntoReadMemory(latin1(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)))).toBe(false);
    },
  );

  it("takes the heads of a long read, and none of one that was read before", () => {
    const many = latin1(request.repeat(40));
    expect(many.length).toBeGreaterThan(4_096);
    const chunk = putIntoReadMemory(many);
    expect(isScanned(chunk)).toBe(true);
    const last = readers.request(chunk, request.length * 39, chunk.length, limits);
    expect(last).toMatchObject({ target: "/a/b?c=d", bytes: request.length });
    const another = putIntoReadMemory(many);
    expect(isScanned(chunk)).toBe(false);
    expect(isScanned(another)).toBe(true);
    putIntoReadMemory(latin1(request));
    expect(isScanned(another)).toBe(false);
  });

  it("takes nothing of what was read before for a part of a head", () => {
    const whole = latin1(request);
    for (let length = 0; length < whole.length; length++) {
      putIntoReadMemory(whole);
      expect(read("request", putIntoReadMemory(whole.subarray(0, length)))).toBeUndefined();
    }
  });

  it.each([
    ["/", true],
    ["/a/b.html?c=d", true],
    ["/a/.b", false],
    ["/a/../b", false],
    ["/%61", false],
    ["/a\\b", false],
    ["/a.b/c..d//e?f=/", true],
    [`/${"a".repeat(14)}/.b`, false],
    [`/${"a".repeat(15)}/.b`, false],
    [`/${"a".repeat(62)}%20`, false],
    [`/${"a".repeat(62)}`, true],
  ])("says of the target %s whether it is in normal form: %s", (target, isNormal) => {
    const head = latin1(`GET ${target} HTTP/1.1\r\nHost: a\r\nCookie: %/.\\\r\n\r\n`);
    expect(read("request", putIntoReadMemory(head))).toMatchObject({ target, isTargetNormal: isNormal });
    expect(read("request", head)).toMatchObject({ target, isTargetNormal: isNormal });
  });

  it("gives each of a thousand targets of every length as it was sent, again and again", () => {
    const targets = Array.from({ length: 1_000 }, (_, index) => {
      const id = `${index % 7}`.repeat(1 + (index % 70));
      return `/${id}?${index}`.slice(0, 1 + (index % 70)) || "/";
    });
    for (let round = 0; round < 3; round++) {
      for (const target of targets) {
        const head = latin1(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
        expect(read("request", putIntoReadMemory(head))).toMatchObject({ target });
        expect(read("request", putIntoReadMemory(head))).toMatchObject({ target });
      }
    }
  });

  it("keeps targets apart that differ in one byte, at whatever place", () => {
    for (const length of [1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 62, 63, 64, 65]) {
      const plain = `/${"a".repeat(length - 1)}`;
      for (let at = 1; at < length; at++) {
        const other = `${plain.slice(0, at)}b${plain.slice(at + 1)}`;
        for (const target of [plain, other, plain]) {
          const head = latin1(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
          expect(read("request", putIntoReadMemory(head))).toMatchObject({ target });
        }
      }
    }
  });

  it("reads Connection as one word in any case, and leaves lists to others", () => {
    const kinds = [
      "keep-alive",
      "Keep-Alive",
      "close",
      "CLOSE",
      "closed",
      "keep-alivf",
      "upgrade",
      "close, x",
      "k",
    ];
    for (const value of kinds) {
      const head = latin1(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${value}\r\n\r\n`);
      expect(read("request", putIntoReadMemory(head))).toEqual(read("request", head));
    }
  });

  it("leaves the memory to one copy of this package: targets whose bytes are there are strings of that one alone", async () => {
    const streams = await import("@monolake/streams");
    vi.resetModules();
    vi.doMock("@monolake/streams", () => streams);
    const another = await import("../../src/head/plain-request.ts");
    const chunk = putIntoReadMemory(latin1("GET /known/to/one HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (const reader of [readPlainRequest, another.readPlainRequest, readPlainRequest]) {
      expect(reader(chunk, 0, chunk.length, limits)?.target).toBe("/known/to/one");
    }
    expect(another.readPlainRequest).not.toBe(readPlainRequest);
    vi.doUnmock("@monolake/streams");
    vi.resetModules();
  });

  it("finds a head behind another one", () => {
    const first = "GET / HTTP/1.0\r\n\r\n";
    const both = putIntoReadMemory(latin1(first + request));
    expect(read("request", both, first.length)).toEqual(read("request", latin1(request)));
  });

  it.each([
    [
      "names of 15 to 33 characters",
      (length: number) => `GET / HTTP/1.1\r\nHost: a\r\n${"n".repeat(length)}: v\r\n\r\n`,
    ],
    [
      "values of 15 to 33 characters",
      (length: number) => `GET / HTTP/1.1\r\nHost: a\r\nn: ${"v".repeat(length)}\r\n\r\n`,
    ],
    [
      "targets of 15 to 33 characters",
      (length: number) => `GET /${"t".repeat(length - 1)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    ],
  ])("finds the ends of %s", (_what, headOf) => {
    for (let length = 15; length <= 33; length++) {
      const bytes = latin1(headOf(length));
      expect(isScanned(putIntoReadMemory(bytes))).toBe(true);
      expect(read("request", putIntoReadMemory(bytes))).toEqual(read("request", bytes));
    }
  });

  it("reads each byte at each place of a head as it is read byte by byte", () => {
    const plain = latin1("GET /a HTTP/1.1\r\nHost: a.b:80\r\nContent-Length: 10\r\n\r\n");
    for (let at = 0; at < plain.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const bytes = Buffer.from(plain);
        bytes[at] = byte;
        expect(read("request", putIntoReadMemory(bytes))).toEqual(read("request", bytes));
      }
    }
  });
});
