import { describe, expect, it } from "vitest";
import { resolveHeadLimits } from "../../src/head/head-limits.ts";
import { readPlainRequest } from "../../src/head/plain-request.ts";
import { readPlainResponse } from "../../src/head/plain-response.ts";
import { latin1 } from "./described-head.ts";
import { expectSameRequest, expectSameResponse } from "./llhttp-agrees.ts";

const limits = resolveHeadLimits();
const request =
  "POST /a?b HTTP/1.1\r\nHost: x.t:80\r\nConnection: close\r\nContent-Length: 12\r\nX-A: b c\r\n\r\n";
const chunkedRequest =
  "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nhost: [::1]\r\nUpgrade: a\r\nconnection: upgrade\r\n\r\n";
const response = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: keep-alive\r\nX-A: b c\r\n\r\n";

/** The text with every byte in turn replaced by every other. */
function* everyChange(text: string): Generator<Buffer> {
  const bytes = latin1(text);
  for (let at = 0; at < bytes.length; at++) {
    const original = bytes[at] as number;
    for (let byte = 0; byte < 256; byte++) {
      bytes[at] = byte;
      if (byte !== original) yield bytes;
    }
    bytes[at] = original;
  }
}

describe("a plain head with any one byte changed", () => {
  it.each([request, chunkedRequest])(
    "is read by llhttp as by the fast path, if that takes it: %j",
    (text) => {
      let taken = 0;
      for (const bytes of everyChange(text)) {
        const head = readPlainRequest(bytes, 0, bytes.length, limits);
        if (head === undefined) continue;
        taken++;
        expectSameRequest(head, bytes.subarray(0, head.bytes));
      }
      expect(taken).toBeGreaterThan(1_000);
    },
  );

  it("is read by llhttp as by the fast path, if that takes it, as a response", () => {
    let taken = 0;
    for (const bytes of everyChange(response)) {
      const head = readPlainResponse(bytes, 0, bytes.length, limits);
      if (head === undefined) continue;
      taken++;
      expectSameResponse(head, bytes.subarray(0, head.bytes));
    }
    expect(taken).toBeGreaterThan(1_000);
  });
});
